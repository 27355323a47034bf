"""Events as a person finds them: by the very query that `kubectl describe` makes."""

from referee.runtime.events import EventRecorder, EventSettings, ObjectRef
from referee.runtime.kube import Object
from referee.runtime.paths import CONFIG_MAPS, EVENTS
from tests.integration.runtime.server import Server


async def described(server: Server, obj: Object) -> list[Object]:
    meta = obj["metadata"]
    wanted = {"name": meta["name"], "namespace": meta["namespace"], "uid": meta["uid"], "kind": "ConfigMap"}
    selector = ",".join(f"involvedObject.{field}={value}" for field, value in wanted.items())
    return [event async for event in server.kube.list(server.all(EVENTS), field_selector=selector)]


async def test_an_event_is_found_at_its_object_and_counts_its_repetitions(server: Server) -> None:
    obj = await server.config_map("subject")
    ref = ObjectRef("v1", CONFIG_MAPS.kind, server.namespace, "subject", obj["metadata"]["uid"])
    recorder = EventRecorder(server.kube, EventSettings(quiet=0))
    for _ in range(3):
        recorder.start()
        recorder.record(ref, "Warning", "GateFailed", "acc 0.35 is below 0.5")
        await recorder.stop()

    (event,) = await described(server, obj)
    assert (event["type"], event["reason"], event["count"]) == ("Warning", "GateFailed", 3)
    assert event["source"]["component"] == "referee-operator"


async def test_another_process_does_not_repeat_it(server: Server) -> None:
    obj = await server.config_map("subject")
    ref = ObjectRef("v1", CONFIG_MAPS.kind, server.namespace, "subject", obj["metadata"]["uid"])
    outcomes: list[str] = []
    for _ in range(2):
        recorder = EventRecorder(server.kube, on_outcome=outcomes.append)
        recorder.start()
        recorder.record(ref, "Normal", "Completed", "3 of 3 benchmarks")
        await recorder.stop()

    assert outcomes == ["sent", "sent"]
    assert len(await described(server, obj)) == 1
