import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from referee.runtime.events import EventRecorder, EventSettings, ObjectRef
from referee.runtime.kube import Kube
from referee.runtime.paths import EVENTS
from referee.runtime.ratelimit import TokenBucket
from referee.runtime.transport import Transport
from tests.fakeapi.server import FakeApi

JOB = ObjectRef("referee.dev/v1alpha1", "EvaluationJob", "ns", "demo", "uid-1")


class Recorded:
    def __init__(self, kube: Kube, settings: EventSettings | None = None) -> None:
        self.outcomes: list[str] = []
        self.recorder = EventRecorder(kube, settings, self.outcomes.append)


@pytest.fixture
async def recorded(kube: Kube) -> AsyncIterator[Recorded]:
    recorded = Recorded(kube)
    recorded.recorder.start()
    yield recorded
    await recorded.recorder.stop()


def stored(api: FakeApi) -> list[dict[str, Any]]:
    return list(api.of(EVENTS).objects.values())


async def test_an_event_names_its_object_as_kubectl_describe_looks_for_it(api: FakeApi, recorded: Recorded) -> None:
    recorded.recorder.record(JOB, "Warning", "GateFailed", "acc 0.35 is below 0.5")
    await recorded.recorder.stop()

    (event,) = stored(api)
    assert event["involvedObject"] == {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": "EvaluationJob",
        "namespace": "ns",
        "name": "demo",
        "uid": "uid-1",
    }
    assert (event["type"], event["reason"], event["message"]) == ("Warning", "GateFailed", "acc 0.35 is below 0.5")
    assert event["count"] == 1
    assert recorded.outcomes == ["sent"]


async def test_the_same_event_is_sent_once_and_its_repetitions_are_counted(api: FakeApi, recorded: Recorded) -> None:
    for _ in range(10):
        recorded.recorder.record(JOB, "Normal", "Waiting", "no quota")
        await asyncio.sleep(10)
    assert api.counted() == {("create", "events"): 1}

    await asyncio.sleep(300)
    recorded.recorder.record(JOB, "Normal", "Waiting", "no quota")
    await recorded.recorder.stop()

    (event,) = stored(api)
    assert event["count"] == 11
    assert api.counted() == {("create", "events"): 1, ("patch", "events"): 1}


async def test_different_objects_reasons_and_messages_are_different_events(api: FakeApi, recorded: Recorded) -> None:
    other = ObjectRef(JOB.api_version, JOB.kind, JOB.namespace, JOB.name, "uid-2")
    for ref, reason, message in (
        (JOB, "A", "x"),
        (JOB, "A", "y"),
        (JOB, "B", "x"),
        (other, "A", "x"),
        (JOB, "A", "x"),
    ):
        recorded.recorder.record(ref, "Normal", reason, message)
    await recorded.recorder.stop()

    assert len(stored(api)) == 4


async def test_a_restart_does_not_tell_it_twice(api: FakeApi, kube: Kube) -> None:
    for _ in range(2):
        process = Recorded(kube)
        process.recorder.start()
        process.recorder.record(JOB, "Normal", "Completed", "done")
        await process.recorder.stop()

    assert len(stored(api)) == 1


async def test_an_event_that_has_expired_is_made_again(api: FakeApi, recorded: Recorded) -> None:
    recorded.recorder.record(JOB, "Normal", "Waiting", "no quota")
    await asyncio.sleep(3700)
    api.of(EVENTS).objects.clear()
    recorded.recorder.record(JOB, "Normal", "Waiting", "no quota")
    await recorded.recorder.stop()

    assert [event["count"] for event in stored(api)] == [2]


async def test_a_short_outage_delays_events_and_a_refusal_drops_them(api: FakeApi, recorded: Recorded) -> None:
    api.fail(503, times=2)
    recorded.recorder.record(JOB, "Normal", "A", "waits")
    await asyncio.sleep(10)
    api.fail(403, times=3)
    recorded.recorder.record(JOB, "Normal", "B", "is given up")
    await asyncio.sleep(10)
    recorded.recorder.record(JOB, "Normal", "C", "passes again")
    await recorded.recorder.stop()

    assert recorded.outcomes == ["sent", "failed", "sent"]
    assert [event["reason"] for event in stored(api)] == ["A", "C"]


async def test_recording_never_waits_and_a_flood_drops_the_oldest(api: FakeApi, kube: Kube) -> None:
    api.fail(503, times=10_000)
    flooded = Recorded(kube, EventSettings(queue=10))
    for number in range(25):
        flooded.recorder.record(JOB, "Normal", "Flood", f"number {number}")
    assert flooded.outcomes == ["dropped"] * 15

    api.faults.clear()
    flooded.recorder.start()
    await flooded.recorder.stop()

    assert {event["message"] for event in stored(api)} == {f"number {n}" for n in range(15, 25)}


async def test_stopping_flushes_for_a_while_and_not_for_ever(api: FakeApi, recorded: Recorded) -> None:
    api.fail(kind="hang")
    recorded.recorder.record(JOB, "Normal", "A", "never answered")
    start = asyncio.get_running_loop().time()
    await recorded.recorder.stop(flush=2)

    assert asyncio.get_running_loop().time() - start < 2.1


async def test_a_rate_limit_of_its_own_spares_the_server(api: FakeApi, transport: Transport) -> None:
    limited = Recorded(Kube(transport, limiter=TokenBucket(qps=1, burst=5)))
    limited.recorder.start()
    for number in range(20):
        limited.recorder.record(JOB, "Normal", "Many", f"{number}")
    await asyncio.sleep(3.5)

    assert len(stored(api)) == 8
    await limited.recorder.stop()


async def test_long_names_and_messages_are_cut_to_what_kubernetes_takes(api: FakeApi, recorded: Recorded) -> None:
    ref = ObjectRef(JOB.api_version, JOB.kind, "ns", "n" * 253, "uid-1")
    recorded.recorder.record(ref, "Normal", "Long", "m" * 5000)
    await recorded.recorder.stop()

    (event,) = stored(api)
    assert len(event["metadata"]["name"]) == 253
    assert len(event["message"]) == 1024
