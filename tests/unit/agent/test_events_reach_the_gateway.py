"""What an adapter posts once arrives, in order, whatever the gateway does meanwhile."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.agent.gateway import Answer, Json, LittleGateway
from tests.unit.agent.world import Pod, event


def test_an_event_is_passed_on_with_the_agents_own_credential(pod: Pod, gateway: LittleGateway) -> None:
    pod.start()

    answer = pod.post(event("completed", metrics={"acc": 0.5}))

    assert (answer.status_code, answer.content) == (204, b"")
    gateway.wait_for_kept(1)
    posted = gateway.posted[0]
    assert posted.path == "/api/v1/evaluations/jobs/nightly/events"
    assert posted.headers["Authorization"] == "Bearer first-token"
    assert posted.headers["X-Tenant"] == "team-a"
    assert posted.event["metrics"] == {"acc": 0.5}


def test_the_token_is_read_again_for_each_post(pod: Pod, gateway: LittleGateway) -> None:
    pod.start()
    for number, token in enumerate(("first-token", "renewed")):
        (pod.root / "token").write_text(token)
        pod.post(event("completed", metrics={"acc": number}))
        gateway.wait_for_kept(number + 1)

    assert [posted.headers["Authorization"] for posted in gateway.posted] == ["Bearer first-token", "Bearer renewed"]


def test_a_gateway_that_is_away_for_five_seconds_gets_everything_in_order(pod: Pod, gateway: LittleGateway) -> None:
    pod.start()
    gateway.go()
    sent = [event("running", phase="initializing"), event("failed"), event("completed", metrics={"acc": 1})]
    for document in sent:
        assert pod.post(document).status_code == 204
    time.sleep(5)  # it is what is tested
    gateway.come()

    kept = gateway.wait_for_kept(3)
    assert kept == [document["benchmark_status_event"] for document in sent]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 408, 302, 0], ids=lambda status: str(status or "no answer"))
def test_trouble_of_the_gateway_is_waited_out(pod: Pod, gateway: LittleGateway, status: int) -> None:
    tries: list[int] = []

    def troubled(_event: Json) -> Answer:
        tries.append(1)
        return (status, {"Retry-After": "0"}) if len(tries) < 3 else (204, {})

    gateway.answer = troubled
    pod.start()
    pod.post(event("completed", metrics={"acc": 0.5}))

    assert gateway.wait_for_kept(1)[0]["metrics"] == {"acc": 0.5}
    assert len(tries) >= 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
def test_what_the_gateway_refuses_does_not_hold_up_what_comes_after(
    pod: Pod, gateway: LittleGateway, status: int
) -> None:
    gateway.answer = lambda posted: (status, {}) if posted["status"] == "running" else (204, {})
    gateway.said = "why it is refused"
    pod.start()
    pod.post(event("running"))
    pod.post(event("completed", metrics={"acc": 0.5}))

    assert [kept["status"] for kept in gateway.wait_for_kept(1)] == ["completed"]
    assert f"{status} why it is refused" in pod.log
    assert sum(posted.event["status"] == "running" for posted in gateway.posted) == 1


def test_a_refusal_of_something_on_the_way_is_no_refusal_of_the_gateways(pod: Pod, gateway: LittleGateway) -> None:
    """A proxy that asks for a login, or knows no such path, must not cost a result."""
    gateway.transaction, gateway.answer = "", lambda _: (403, {})
    pod.start()
    pod.post(event("completed", metrics={"acc": 0.5}))
    gateway.wait_until(lambda: len(gateway.posted) >= 1)

    gateway.transaction, gateway.answer = "t-2", lambda _: (204, {})
    assert gateway.wait_for_kept(1)[0]["metrics"] == {"acc": 0.5}


def test_a_retry_after_is_obeyed(pod: Pod, gateway: LittleGateway) -> None:
    times: list[float] = []

    def busy(_event: Json) -> Answer:
        times.append(time.monotonic())
        return (503, {"Retry-After": "1.5"}) if len(times) == 1 else (204, {})

    gateway.answer = busy
    pod.start()
    pod.post(event("failed"))
    gateway.wait_for_kept(1)

    assert times[1] - times[0] >= 1.5


def test_progress_that_waits_is_replaced_by_newer_and_results_never_are(pod: Pod, gateway: LittleGateway) -> None:
    gateway.go()
    pod.start()
    for number in range(20):
        pod.post(event("running", phase="running_evaluation", number=number))
    pod.post(event("failed", number=20))
    for number in range(21, 40):
        pod.post(event("running", number=number))
    pod.post(event("completed", metrics={"acc": 1.0}, number=40))
    gateway.come()

    gateway.wait_until(lambda: any(kept.get("number") == 40 for kept in gateway.kept))
    numbers = [kept["number"] for kept in gateway.kept]
    assert numbers == sorted(numbers)
    assert {19, 20, 39, 40} <= set(numbers)
    assert len(numbers) <= 5, "at most one of them was on its way when newer ones came"


def test_health_is_the_agents_and_the_gateways(pod: Pod, gateway: LittleGateway) -> None:
    pod.start()
    assert pod.get("/health").status_code == 200
    assert pod.get("/api/v1/health").json() == {"status": "healthy", "asked": "/api/v1/health"}

    gateway.go()
    assert pod.get("/health").status_code == 200
    assert pod.get("/api/v1/health").status_code == 503


def test_the_probe_says_whether_somebody_listens(pod: Pod) -> None:
    pod.start()
    probe = [sys.executable, "-m", "referee_agent.ready"]
    environ = {**os.environ, "REFEREE_AGENT_PORT": str(pod.port)}

    assert subprocess.run(probe, env=environ, check=False).returncode == 0
    pod.kill()
    assert subprocess.run(probe, env=environ, check=False, capture_output=True).returncode == 1


def test_only_loopback_is_listened_on(pod: Pod) -> None:
    pod.start()
    mine = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [line[1] for line in mine if line[3] == "0A" and int(line[1].rpartition(":")[2], 16) == pod.port]
    assert listening == [f"0100007F:{pod.port:04X}"]
