"""Which providers and collections a list is about. Words in a filter are words of the documents."""

from collections.abc import Callable, Sequence
from typing import Any

from referee.gateway.errors import Malformed
from referee.gateway.evalhub.queries import Query

Document = dict[str, Any]
SYSTEM = "system"
"""The owner of what all tenants share."""
SHARED = ("name", "tags", "owner", "scope")
"""Parameters of both lists."""


def filter_of(query: Query, exact: Sequence[str] = (), among: Sequence[str] = ()) -> Callable[[Document], bool]:
    """Whether a document is asked for.

    Args:
        query: of the request.
        exact: further parameters that name a field's value.
        among: further parameters whose words must all be in a field's list.

    Raises:
        Malformed: two parameters contradict each other, or a scope does not exist.
    """
    scope, owner = query.text("scope"), query.text("owner")
    if scope and owner:
        raise Malformed("The query parameters 'owner,scope' are mutually exclusive.", code="query_parameter_mismatch")
    if scope not in ("", SYSTEM, "tenant"):
        message = "The query parameter 'scope' is not valid. Allowed values are: 'system|tenant'."
        raise Malformed(message, code="query_parameter_value_invalid")
    values = {field: value for field in ("name", *exact) if (value := query.text(field))}
    words = {field: set(found) for field in ("tags", *among) if (found := query.words(field))}

    def wanted(document: Document) -> bool:
        of = document["resource"].get("owner", "")
        return (
            all(document.get(field) == value for field, value in values.items())
            and all(found.issubset(document.get(field, ())) for field, found in words.items())
            and (not owner or of == owner)
            and (not scope or (of == SYSTEM) == (scope == SYSTEM))
        )

    return wanted
