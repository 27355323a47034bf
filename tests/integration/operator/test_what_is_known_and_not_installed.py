"""A provider without an image is known: it says so, what names it says so, and with an image all goes on."""

from typing import Any

from tests.integration.operator.running import SETTINGS, in_thread
from tests.integration.operator.team import Team, condition
from tests.integration.operator.test_scopes import identity
from tests.testbed.cluster import Cluster

REASON = "AdapterNotInstalled"


async def test_it_is_said_of_the_provider_the_collection_and_the_job_until_there_is_an_image(
    team: Team, cluster: Cluster
) -> None:
    await team.provide("known", adapter={"contract": "referee-v1"})
    suite = {"metadata": {"name": "suite"}, "spec": {"benchmarks": [{"id": "b1", "provider": "known"}]}}
    head = {"apiVersion": "referee.dev/v1alpha1", "kind": "Collection"}
    await team.call("POST", team.path("collections"), {**head, **suite})
    with in_thread(identity(cluster, team.namespace), SETTINGS):
        provider, collection = team.path("providers", "known"), team.path("collections", "suite")
        await team.wait(provider, lambda o: ("Installed", "False", REASON) in _said(o))
        await team.wait(collection, lambda o: ("Ready", "False", REASON) in _said(o))
        await team.apply(provider="known")
        status = await team.status(lambda s: "conditions" in s)
        assert condition(status, "Stalled") == ("True", REASON)
        assert "Provider 'known' is known here but not installed: set its spec.adapter.image" in str(status)

        patch = {"spec": {"adapter": {"image": "harness:1"}}}
        await team.call("PATCH", team.path("providers", "known"), patch, "application/merge-patch+json")

        await team.child()
        for path in (provider, collection):
            await team.wait(path, lambda o: _said(o) == {("Ready", "True", "Ready")})


def _said(obj: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(c["type"], c["status"], c["reason"]) for c in obj["status"].get("conditions", ())}
