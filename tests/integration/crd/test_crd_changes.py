"""What may change of an object after creation, field by field: each is changed, added and removed."""

import pytest

from referee.runtime.errors import Invalid
from tests.integration.crd.changes import Change, changes
from tests.integration.crd.server import Server

_ALL = changes()


def _after(created: dict[str, object], change: Change) -> dict[str, object]:
    return change.after | {"metadata": created["metadata"]}


@pytest.mark.parametrize(
    "change", [c for c in _ALL if c.refused], ids=lambda change: f"{change.what} {change.kind} {change.at}"
)
async def test_what_was_run_stays_what_was_asked_for(change: Change, crd_server: Server) -> None:
    created = await crd_server.create(change.before)

    with pytest.raises(Invalid) as refusal:
        await crd_server.replace(_after(created, change), dry_run=True)

    assert str(change.refused) in refusal.value.message


@pytest.mark.parametrize(
    "change", [c for c in _ALL if not c.refused], ids=lambda change: f"{change.what} {change.kind} {change.at}"
)
async def test_what_steers_a_run_may_change(change: Change, crd_server: Server) -> None:
    created = await crd_server.create(change.before)

    replaced = await crd_server.replace(_after(created, change))

    assert replaced["metadata"]["generation"] == created["metadata"]["generation"] + (
        replaced["spec"] != created["spec"]
    )
