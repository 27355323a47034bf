"""The termination message has the result, and says if the gateway has not."""

import json
import re
import signal
import time

import pytest

from tests.unit.agent.gateway import LittleGateway
from tests.unit.agent.world import Pod, event, wait_for

RESULT = {"status": "Completed", "metrics": [{"name": "acc", "value": 0.5}]}


def test_a_delivered_result_is_told_without_a_mark(pod: Pod, gateway: LittleGateway) -> None:
    pod.start()
    pod.post(event("completed", metrics={"acc": 0.5}))

    assert pod.terminate() == 0
    assert gateway.kept[0]["metrics"] == {"acc": 0.5}
    assert pod.message == RESULT


def test_a_gateway_away_for_longer_than_the_grace_leaves_an_undelivered_result(
    pod: Pod, gateway: LittleGateway
) -> None:
    gateway.go()
    pod.start(REFEREE_GRACE_SECONDS="1")
    pod.post(event("completed", metrics={"acc": 0.5}))
    began = time.monotonic()

    assert pod.terminate() == 0
    assert 1 <= time.monotonic() - began < 5
    assert pod.message == RESULT | {"undelivered": True}
    assert "left with 1 events" in pod.log


def test_a_gateway_that_comes_back_within_the_grace_gets_the_result(pod: Pod, gateway: LittleGateway) -> None:
    gateway.go()
    pod.start()
    pod.post(event("completed", metrics={"acc": 0.5}))
    assert pod.process is not None
    pod.process.send_signal(signal.SIGTERM)
    wait_for(lambda: pod.log.count("not delivered") >= 2, "it is tried again")
    gateway.come()

    assert pod.process.wait(20) == 0
    assert pod.message == RESULT
    assert len(gateway.kept) == 1


def test_an_agent_that_is_killed_has_left_its_message_before(pod: Pod, gateway: LittleGateway) -> None:
    gateway.go()
    pod.start()
    pod.post(event("completed", metrics={"acc": 0.5}))
    pod.kill()

    assert pod.message == RESULT | {"undelivered": True}


def test_a_restarted_agent_still_knows_what_was_delivered(pod: Pod) -> None:
    pod.start()
    pod.post(event("completed", metrics={"acc": 0.5}))
    wait_for(lambda: pod.spooled == ["00000001.delivered"], "it is delivered")
    pod.kill()
    (pod.root / "termination-log").unlink()  # each container has its own
    pod.start()

    assert pod.terminate() == 0
    assert pod.message == RESULT


def test_an_adapter_that_reported_no_end_leaves_no_message(pod: Pod, gateway: LittleGateway) -> None:
    pod.start()
    pod.post(event("running"))
    pod.post(event("completed"))

    assert pod.terminate() == 0
    assert [kept["status"] for kept in gateway.kept] == ["running", "completed"]
    assert not (pod.root / "termination-log").exists()


def test_the_first_of_two_results_is_the_one_that_counts(pod: Pod, gateway: LittleGateway) -> None:
    gateway.answer = lambda posted: (204, {}) if posted["status"] == "completed" else (409, {})
    pod.start()
    pod.post(event("completed", metrics={"acc": 0.5}))
    pod.post(event("failed"))

    assert pod.terminate() == 0
    assert pod.message == RESULT


def test_a_result_that_the_gateway_finds_malformed_becomes_a_failure_that_says_why(
    pod: Pod, gateway: LittleGateway
) -> None:
    gateway.answer, gateway.said = lambda _event: (400, {}), "metrics_schema names a metric twice"
    pod.start()
    pod.post(event("completed", metrics={"acc": 0.5}))

    assert pod.terminate() == 0
    assert pod.message["status"] == "Failed"
    assert pod.message["reason"] == "ResultRefused"
    assert pod.message["message"].endswith("400 metrics_schema names a metric twice")
    assert pod.message["undelivered"] is True


def test_a_result_whose_bearer_is_refused_is_kept_as_it_is(pod: Pod, gateway: LittleGateway) -> None:
    gateway.answer = lambda _event: (401, {})
    pod.start()
    pod.post(event("completed", metrics={"acc": 0.5}))
    wait_for(lambda: pod.spooled == ["00000001.refused"], "it is refused")
    pod.kill()
    pod.start()

    assert pod.terminate() == 0
    assert pod.message == RESULT | {"undelivered": True}


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        pytest.param(b'{"benchmark_status_event": {"metrics": {"acc": NaN}}}', 400, "NaN is no number", id="NaN"),
        pytest.param(b"x" * 8_000_000, 413, "8000000 bytes; 2000 are taken", id="too large"),
        pytest.param(b"results: none", 400, "not JSON", id="no JSON"),
    ],
)
def test_what_may_have_been_the_result_and_was_not_even_taken_is_told(
    pod: Pod, gateway: LittleGateway, body: bytes, status: int, said: str
) -> None:
    pod.start(REFEREE_EVENT_BYTES="2000")

    answer = pod.post_raw(body)

    assert answer.status_code == status
    assert said in answer.json()["message"]
    assert pod.terminate() == 0
    assert pod.message["reason"] == "ResultRefused"
    assert said in pod.message["message"]
    assert gateway.posted == []


def test_a_result_that_the_spool_has_no_room_for_is_told(pod: Pod, gateway: LittleGateway) -> None:
    pod.start(REFEREE_SPOOL_BYTES="100")

    answer = pod.post(event("completed", metrics={"acc": 0.5}))

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert pod.terminate() == 0
    assert pod.message == RESULT | {"undelivered": True}
    assert gateway.posted == []


def test_a_result_after_what_was_not_taken_counts(pod: Pod, gateway: LittleGateway) -> None:
    pod.start()
    pod.post_raw(b"nonsense")
    pod.post(event("completed", metrics={"acc": 0.5}))

    assert pod.terminate() == 0
    assert pod.message == RESULT
    assert len(gateway.kept) == 1


def test_events_that_are_not_about_this_pods_benchmark_are_refused_at_once(pod: Pod, gateway: LittleGateway) -> None:
    pod.start()
    other = event("completed", metrics={"acc": 0.5})
    other["benchmark_status_event"]["benchmark_index"] = 3

    assert pod.post(other).status_code == 404
    assert pod.post(event(), "/api/v1/evaluations/jobs/weekly/events").status_code == 404
    assert pod.post(event("cancelled")).status_code == 400
    assert pod.post({"status": "running"}).status_code == 400
    assert pod.post(event(), "/api/v1/evaluations/jobs").status_code == 404
    assert pod.terminate() == 0
    assert gateway.posted == []


def test_a_long_result_keeps_its_primary_metric(pod: Pod, gateway: LittleGateway) -> None:
    pod.start()
    metrics = {f"metric-{number:04}": number / 7 for number in range(5000)} | {"acc": 0.5}
    pod.post(event("completed", metrics=metrics))

    assert pod.terminate() == 0
    assert len(gateway.kept[0]["metrics"]) == 5001
    raw = (pod.root / "termination-log").read_bytes()
    assert 3500 < len(raw) <= 4096
    told = json.loads(raw)
    assert told["truncated"] is True
    assert told["metrics"][0]["name"] == "metric-0000"
    assert told["metrics"][-1] == {"name": "acc", "value": 0.5}


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        pytest.param({"REFEREE_GATEWAY_URL": "gateway:80"}, "REFEREE_GATEWAY_URL must be an http address", id="url"),
        pytest.param({"REFEREE_GRACE_SECONDS": "long"}, "REFEREE_GRACE_SECONDS must be a number", id="grace"),
        pytest.param({"REFEREE_JOB_SPEC": "/nowhere"}, "/nowhere: not a readable job spec", id="job spec"),
    ],
)
def test_an_agent_that_cannot_start_says_why(pod: Pod, environ: dict[str, str], said: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(said)):
        pod.start(**environ)

    assert pod.process is not None
    assert pod.process.wait(20) == 1
    assert said in pod.log
