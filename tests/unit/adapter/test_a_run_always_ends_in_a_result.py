"""Whatever an adapter does, somebody can read how it ended: as an event, as the termination message, as exit code."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.adapter.receiver import DEADLINE, Receiver, job, write_job

CHILD = Path(__file__).with_name("child.py")
KEY = "sk-0123456789"


class Pod:
    """A child process with the places of a pod."""

    def __init__(self, root: Path, mode: str, **environ: str) -> None:
        self.root = root
        secret = root / "var/run/secrets/model"
        secret.mkdir(parents=True)
        (secret / "api-key").write_text(KEY)
        (root / "dev").mkdir()
        self.process = subprocess.Popen(
            [sys.executable, CHILD, mode],
            env={"EVALHUB_MODE": "k8s", "ROOT": str(root), **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self) -> tuple[int, str]:
        output, _ = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, output

    @property
    def termination(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.root / "dev/termination-log").read_text())
        return document


def test_a_result_goes_home_twice(tmp_path: Path, receiver: Receiver) -> None:
    write_job(tmp_path, job(receiver.url))
    pod = Pod(tmp_path, "complete")

    assert pod.end()[0] == 0
    (posted,) = receiver.posted
    assert posted.content["status"] == "completed"
    assert posted.content["metrics"] == {"acc": 0.5}
    assert posted.content["referee"]["result"] == pod.termination
    assert pod.termination["metrics"] == [{"name": "acc", "value": 0.5, "stderr": 0.1, "n": 10, "type": "Numerical"}]


@pytest.mark.parametrize(
    ("mode", "reason", "retryable"),
    [("known_failure", "ModelUnauthorized", False), ("unknown_failure", "AdapterError", True)],
)
def test_a_failure_is_a_result_without_secrets(
    tmp_path: Path, receiver: Receiver, mode: str, reason: str, *, retryable: bool
) -> None:
    write_job(tmp_path, job(receiver.url))
    pod = Pod(tmp_path, mode)

    code, output = pod.end()

    assert code == 1
    (posted,) = receiver.posted
    result = posted.content["referee"]["result"]
    assert posted.content["status"] == "failed"
    assert posted.content["error_message"]["message_code"] == reason
    assert (result["reason"], result["retryable"]) == (reason, retryable)
    assert result == pod.termination
    assert "***" in result["message"]
    assert KEY not in output + json.dumps(posted.event) + json.dumps(pod.termination)


def test_leaving_without_a_result_is_a_failure(tmp_path: Path, receiver: Receiver) -> None:
    write_job(tmp_path, job(receiver.url))

    assert Pod(tmp_path, "leaves").end()[0] == 1
    assert receiver.of("result")[0]["reason"] == "AdapterError"


def test_a_spec_that_cannot_be_read_is_in_the_termination_message(tmp_path: Path) -> None:
    write_job(tmp_path, job(benchmark_index=-1))
    pod = Pod(tmp_path, "complete")

    code, output = pod.end()

    assert code == 1
    assert (pod.termination["reason"], pod.termination["retryable"]) == ("InvalidJobSpec", False)
    assert "job.json.benchmark_index must be a whole number" in output


def test_a_result_outlives_a_receiver_in_trouble(tmp_path: Path, receiver: Receiver) -> None:
    receiver.answers = [(503, {})] * 5
    write_job(tmp_path, job(receiver.url))

    assert Pod(tmp_path, "complete").end()[0] == 0
    assert len(receiver.posted) == 6


@pytest.mark.parametrize("mode", ["stops_when_told", "breaks_when_told", "never_stops"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_told_to_stop_it_hands_over_what_it_has(
    tmp_path: Path, receiver: Receiver, mode: str, number: signal.Signals
) -> None:
    write_job(tmp_path, job(receiver.url))
    pod = Pod(tmp_path, mode, GRACE="0.2" if mode == "never_stops" else "20")
    receiver.wait_for(1)

    pod.process.send_signal(number)

    assert pod.end()[0] == 128 + number
    (partial,) = receiver.of("partial")
    assert partial["samples"] == {"total": 10, "scored": 4, "errors": 0, "unscored": 6}
    assert partial["metrics"][0]["value"] == 0.25
    assert not receiver.of("result")


def test_a_final_result_that_is_no_longer_wanted_counts_as_partial(tmp_path: Path, receiver: Receiver) -> None:
    receiver.answers = [(204, {}), (409, {})]
    write_job(tmp_path, job(receiver.url))
    pod = Pod(tmp_path, "completes_although_told")
    receiver.wait_for(1)

    pod.process.send_signal(signal.SIGTERM)

    assert pod.end()[0] == 0
    assert [sorted(posted.content["referee"]) for posted in receiver.posted] == [["progress"], ["result"], ["partial"]]


def test_a_forked_helper_dies_of_its_own_signal(tmp_path: Path, receiver: Receiver) -> None:
    write_job(tmp_path, job(receiver.url))

    assert Pod(tmp_path, "forks").end()[0] == 0
    assert len(receiver.posted) == 1
