"""The tables of changes: each row of manifests/changes/*.yaml becomes updates that are refused or allowed.

A row names a field (`at`) and either one step, `from` a value `to` another (left out: the field is absent), or
`values: [a, b]`, which is three: a changes to b, a is added, a is removed. With `refused` the API server must
refuse and say so, without it accept. `alongside` sets other fields before and after.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.integration.crd.pairs import ABSENT, Row, groups, with_value


@dataclass(frozen=True, slots=True)
class Change:
    """One update of one object.

    Attributes:
        what: `change`, `add` or `remove`.
        refused: what the API server says, and None where it must accept.
    """

    kind: str
    at: str
    what: str
    refused: str | None
    before: dict[str, Any]
    after: dict[str, Any]


def changes() -> list[Change]:
    """All changes of all kinds."""
    return [change for group in groups("changes") for row in group["changes"] for change in _changes(group, row)]


def _changes(group: Row, row: Row) -> Iterator[Change]:
    base: dict[str, Any] = {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": group["kind"],
        "metadata": {"generateName": "change-"},
        "spec": group["spec"],
    }
    for at, value in row.get("alongside", {}).items():
        base = with_value(base, at, value)
    for before, after in _steps(row):
        yield Change(
            kind=group["kind"],
            at=row["at"],
            what="add" if before is ABSENT else "remove" if after is ABSENT else "change",
            refused=row.get("refused"),
            before=base if before is ABSENT else with_value(base, row["at"], before),
            after=base if after is ABSENT else with_value(base, row["at"], after),
        )


def _steps(row: Row) -> list[tuple[Any, Any]]:
    if "values" in row:
        first, second = row["values"]
        return [(first, second), (ABSENT, first), (first, ABSENT)]
    return [(row.get("from", ABSENT), row.get("to", ABSENT))]
