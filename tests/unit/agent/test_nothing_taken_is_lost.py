"""204 means that the event outlives the agent."""

import itertools
import json
import os
import random
import threading
from pathlib import Path

import httpx
import pytest

from referee_agent.events import parse
from referee_agent.settings import Job
from referee_agent.spool import Spool, SpoolClosed, SpoolFull
from tests.unit.agent.gateway import LittleGateway
from tests.unit.agent.world import Pod, event

OWN = Job("nightly", "frame", "sums", 2, "acc", "team-a")


def put(spool: Spool, document: dict[str, object]) -> None:
    raw = json.dumps(document).encode()
    spool.append(raw, parse(raw, "nightly", OWN))


def test_an_agent_killed_between_spool_and_gateway_goes_on_where_it_was(pod: Pod, gateway: LittleGateway) -> None:
    gateway.go()
    pod.start()
    pod.post(event("running", phase="initializing"))
    pod.post(event("completed", metrics={"acc": 0.25}))
    pod.kill()
    gateway.come()
    pod.start()

    kept = gateway.wait_for_kept(2)
    assert [one["status"] for one in kept] == ["running", "completed"]
    assert pod.terminate() == 0
    assert pod.spooled == ["00000002.delivered"]


@pytest.mark.parametrize("seed", range(5))
def test_killed_at_any_time_while_posting_nothing_acknowledged_is_missing(
    pod: Pod, gateway: LittleGateway, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - chance, not secrecy
    gateway.answer = lambda _event: (503, {"Retry-After": "0"}) if chance.random() < 0.5 else (204, {})
    acknowledged: list[int] = []
    for life in range(3):
        pod.start()
        killer, after = threading.Timer(chance.uniform(0.0, 0.02), pod.kill), chance.randint(1, 15)
        for number in itertools.count(life * 100_000):
            if number % 100_000 == after:
                killer.start()
            try:
                if pod.post(event("failed", number=number)).status_code == 204:
                    acknowledged.append(number)
            except httpx.TransportError:
                break
        killer.join()
    gateway.answer = lambda _event: (204, {})
    pod.start()

    gateway.wait_until(lambda: set(acknowledged) <= {kept["number"] for kept in gateway.kept})
    assert acknowledged
    firsts = list(dict.fromkeys(kept["number"] for kept in gateway.kept))
    assert firsts == sorted(firsts)


def test_a_full_spool_takes_no_more_until_something_is_delivered(tmp_path: Path) -> None:
    spool = Spool(tmp_path, OWN, limit=300)
    put(spool, event("failed"))
    put(spool, event("failed"))
    with pytest.raises(SpoolFull, match="2 events"):
        put(spool, event("failed", error_message={"message": "x" * 200}))

    head = spool.head(0)
    assert head is not None
    spool.delivered(head[0])
    put(spool, event("failed"))


def test_an_event_that_the_disk_does_not_take_leaves_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", OWN, 1000)
    (tmp_path / "spool" / "00000001.new").mkdir()  # what opening the file trips over

    with pytest.raises(OSError, match="00000001"):
        put(spool, event("failed"))
    assert len(spool) == 0

    (tmp_path / "spool" / "00000001.new").rmdir()
    put(spool, event("failed"))
    assert len(spool) == 1


@pytest.mark.parametrize("state", ["delivered", "refused"])
def test_a_disk_that_fails_does_not_end_the_deliveries(tmp_path: Path, state: str) -> None:
    spool = Spool(tmp_path, OWN, 1000)
    put(spool, event("failed"))
    put(spool, event("completed", metrics={"acc": 0.5}))
    (tmp_path / "00000001.new").mkdir()  # what writing trips over
    (tmp_path / "00000001.delivered").mkdir()  # and what renaming does
    head = spool.head(0)
    assert head is not None

    getattr(spool, state)(head[0])

    following = spool.head(0)
    assert following is not None
    assert following[0].number == 2


def test_what_was_half_written_is_no_event(tmp_path: Path) -> None:
    tmp_path.joinpath("00000001.new").write_bytes(b'{"benchmark_')

    spool = Spool(tmp_path, OWN, 1000)

    assert spool.head(0) is None
    assert list(tmp_path.iterdir()) == []


def test_after_the_end_nothing_is_taken(tmp_path: Path) -> None:
    spool = Spool(tmp_path, OWN, 1000)
    put(spool, event("failed"))
    assert not spool.close_if_empty()
    head = spool.head(0)
    assert head is not None
    spool.delivered(head[0])
    assert spool.close_if_empty()

    with pytest.raises(SpoolClosed):
        put(spool, event("failed"))


def test_file_and_directory_are_on_the_disk_before_an_event_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path, OWN, 1000)
    synced: list[str] = []
    real = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    put(spool, event("failed"))

    assert synced == ["00000001.new", tmp_path.name]
