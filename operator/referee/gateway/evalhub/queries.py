"""Query parameters, read as EvalHub reads them: strict about names and numbers, the first of several counts.

A parameter with an empty value is one that was not given: `?status=` filters nothing.
"""

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl

from fastapi import Request

from referee.gateway.errors import Malformed

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_LARGEST = 2**63 - 1
_TRUE, _FALSE = ("1", "t", "T", "true", "TRUE", "True"), ("0", "f", "F", "false", "FALSE", "False")


class Query:
    """The parameters of one request."""

    def __init__(self, text: str, allowed: Sequence[str] | None = None) -> None:
        """Read the part after `?`; None: any parameter is let pass.

        Raises:
            Malformed: a parameter has a name that this address does not know.
        """
        self.pairs = parse_qsl(text, keep_blank_values=True, errors="replace")
        for name, _ in self.pairs:
            if allowed is not None and name not in allowed:
                known = f"Allowed parameters are: {', '.join(allowed)}." if allowed else "None is allowed here."
                message = f"The parameter '{name}' is not a valid query parameter. {known}"
                raise Malformed(message, code="query_bad_parameter")

    def text(self, name: str) -> str:
        """The first value; empty if there is none."""
        return next((value for given, value in self.pairs if given == name), "")

    def words(self, name: str) -> list[str]:
        """Every value, also those separated by commas."""
        values = (value for given, value in self.pairs if given == name)
        return [word for value in values for word in value.split(",") if word]

    def number(self, name: str) -> int | None:
        """A whole number from 0 on, None if it is not given."""
        text = self.text(name)
        if not text:
            return None
        if not _INTEGER.fullmatch(text) or abs(number := int(text)) > _LARGEST:
            raise _invalid(name, "integer", text)
        if number < 0:
            raise _invalid(name, "positive integer", text)
        return number

    def flag(self, name: str) -> bool | None:
        """Yes or no, None if it is not given."""
        text = self.text(name)
        if not text:
            return None
        if text not in (*_TRUE, *_FALSE):
            raise _invalid(name, "boolean", text)
        return text in _TRUE


def query_of(request: Request, allowed: Sequence[str] | None = None) -> Query:
    """The parameters of a request."""
    return Query(request.scope["query_string"].decode("latin-1"), allowed)


def _invalid(name: str, kind: str, text: str) -> Malformed:
    return Malformed(f"The query parameter '{name}' is not a valid {kind}: '{text}'.", code="query_parameter_invalid")
