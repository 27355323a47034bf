"""What may change of an object after creation, field by field: each is changed, added and removed."""

import pytest

from tests.integration.crd.changes import Change, changes
from tests.integration.crd.server import Object, Server
from tests.testbed.api_client import RefusedError

_ALL = changes()


def _after(created: Object, change: Change) -> Object:
    return change.after | {"metadata": created["metadata"]}


@pytest.mark.parametrize(
    "change", [c for c in _ALL if c.refused], ids=lambda change: f"{change.what} {change.kind} {change.at}"
)
def test_what_was_run_stays_what_was_asked_for(change: Change, server: Server) -> None:
    created = server.create(change.before)

    with pytest.raises(RefusedError) as refusal:
        server.replace(_after(created, change), dryRun="All")

    assert str(change.refused) in refusal.value.message


@pytest.mark.parametrize(
    "change", [c for c in _ALL if not c.refused], ids=lambda change: f"{change.what} {change.kind} {change.at}"
)
def test_what_steers_a_run_may_change(change: Change, server: Server) -> None:
    created = server.create(change.before)

    replaced = server.replace(_after(created, change))

    wanted = server.create(change.after, dryRun="All")
    assert replaced["spec"] == wanted["spec"]
