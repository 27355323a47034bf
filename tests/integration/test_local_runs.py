"""`referee run` as a user has it: a program with arguments, signals, output and exit codes. No cluster."""

import contextlib
import hashlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest
import yaml

from tests.testbed.waiting import wait_for
from tests.unit.local.world import Document, a_job, a_provider, keyed, write

_REFEREE = [sys.executable, "-c", "from referee.cli.main import main; main()"]
_GATED: dict[str, Any] = {"passCriteria": {"threshold": 0.5}}
_KEY = "sk-this-must-never-be-seen"


def referee(directory: Path, *arguments: str, given: str | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*_REFEREE, *arguments], cwd=directory, input=given, capture_output=True, text=True, check=False, timeout=120
    )


@contextlib.contextmanager
def started(directory: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """The command in a session of its own, as a terminal's foreground job; killed if a test forgets it."""
    command = subprocess.Popen(
        [*_REFEREE, *arguments],
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with command:
        try:
            yield command
        finally:
            command.kill()


def _read(screen: BinaryIO) -> bytes:
    """What is drawn next; nothing when the other end is closed, which a terminal reports as an error."""
    try:
        return os.read(screen.fileno(), 4096)
    except OSError:
        return b""


def _gone(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


def _text_under(directory: Path) -> str:
    return "\n".join(f.read_text(errors="replace") for f in directory.rglob("*") if f.is_file())


@pytest.mark.parametrize(
    ("value", "every", "code", "said"),
    [
        pytest.param(0.7, _GATED, 0, "Passed: Every required gate passed.", id="passed"),
        pytest.param(0.2, _GATED, 1, "Failed: At least one required gate failed.", id="failed"),
        pytest.param(0.7, {"passCriteria": {"threshold": 0.5, "minN": 99}}, 3, "Undecided: ", id="undecided"),
    ],
)
def test_table_and_exit_code(tmp_path: Path, value: float, every: Document, code: int, said: str) -> None:
    write(tmp_path, a_provider(), a_job([["complete", value]], every=every))

    done = referee(tmp_path, "run", "manifest.yaml")

    assert (done.returncode, done.stdout.splitlines()[-1]) == (code, "Results: referee-results/capitals/")
    assert said in done.stdout
    assert "[" in done.stdout.splitlines()[4]
    assert "BenchmarkCompleted: stand-in/b0: acc" in done.stderr


@pytest.mark.parametrize("output", ["json", "yaml"])
def test_the_output_is_the_resource_and_nothing_else(tmp_path: Path, output: str) -> None:
    write(tmp_path, a_provider(), a_job([["complete", 0.7]]), keyed("Service", "model"))

    done = referee(tmp_path, "run", "manifest.yaml", "-o", output, "--model-url", "http://127.0.0.1:9/v1")

    printed = json.loads(done.stdout) if output == "json" else yaml.safe_load(done.stdout)
    assert printed == yaml.safe_load((tmp_path / "referee-results/capitals/evaluationjob.yaml").read_text())
    assert printed["status"]["benchmarks"][0]["primary"]["value"] == 0.7
    assert "the model is called at http://127.0.0.1:9/v1 (--model-url), not at" in done.stderr
    assert "Service model is not needed here and left out" in done.stderr


def test_a_terminal_sees_bars_and_a_pipe_the_table_alone(tmp_path: Path) -> None:
    write(tmp_path, a_provider(2), a_job([["progress", [10, 40]], ["complete", 0.7]], [["complete", 0.9]]))
    screen, terminal = pty.openpty()
    command = subprocess.Popen(
        [*_REFEREE, "run", "manifest.yaml"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=terminal, text=True
    )
    os.close(terminal)
    with command, os.fdopen(screen, "rb") as shown:
        drawn = b"".join(iter(lambda: _read(shown), b"")).decode()
        assert command.stdout is not None
        assert command.stdout.readline() == "capitals: tiny at http://127.0.0.1:9/v1\n"
    assert command.returncode == 0
    assert re.search(r"b0.*100%.*acc 0\.700", drawn)
    assert "2/2" in drawn


def test_what_does_not_resolve_is_refused_at_once_and_told_with_what_there_is(tmp_path: Path) -> None:
    write(tmp_path, a_job([["complete", 1]]))

    done = referee(tmp_path, "run", "manifest.yaml")

    assert done.returncode == 2
    assert "Could not run: ProviderNotFound: benchmark stand-in/b0: no Provider of id 'stand-in'" in done.stdout
    assert "Give the manifest of another Provider as one more FILE" in done.stderr


def test_several_jobs_run_one_after_another_and_the_worst_counts(tmp_path: Path) -> None:
    good, bad = a_job([["complete", 0.7]], every=_GATED), a_job([["complete", 0.1]], every=_GATED, name="rivers")
    manifests = "---\n".join(yaml.safe_dump(document) for document in (a_provider(), bad, good))

    done = referee(tmp_path, "run", "-", "-o", "json", given=manifests)

    assert done.returncode == 1
    assert [item["metadata"]["name"] for item in json.loads(done.stdout)["items"]] == ["rivers", "capitals"]


def test_a_second_run_of_the_same_job_at_the_same_time_is_refused(tmp_path: Path) -> None:
    here = tmp_path / "here"
    write(tmp_path, a_provider(), a_job([["signal", str(here)], "wait"]))
    with started(tmp_path, "run", "manifest.yaml") as first:
        wait_for(here.exists, "the adapter", 60)

        second = referee(tmp_path, "run", "manifest.yaml")

        assert second.returncode == 2
        assert "another run of a job of this name is going on there" in second.stderr
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=60)


@pytest.mark.parametrize(
    ("number", "code"),
    [pytest.param(signal.SIGINT, 130, id="Ctrl-C"), pytest.param(signal.SIGTERM, 143, id="SIGTERM")],
)
def test_interrupted_once_it_keeps_what_was_done(tmp_path: Path, number: signal.Signals, code: int) -> None:
    here = tmp_path / "here"
    write(tmp_path, a_provider(), a_job([["partial", 0.4], ["signal", str(here)], "wait"]))
    with started(tmp_path, "run", "manifest.yaml", "-o", "json") as command:
        wait_for(here.exists, "the adapter", 60)
        command.send_signal(number)
        out, err = command.communicate(timeout=60)

    status = json.loads(out)["status"]
    assert (command.returncode, status["phase"]) == (code, "Cancelled")
    assert status["benchmarks"][0]["partial"]
    assert status["benchmarks"][0]["primary"]["value"] == 0.4
    assert "adapters have 30 s to hand over what they have; once more ends them at once" in err


def test_interrupted_twice_it_waits_for_nobody(tmp_path: Path) -> None:
    here = tmp_path / "here"
    write(tmp_path, a_provider(), a_job([["signal", str(here)], "deaf"], pod={"terminationGracePeriodSeconds": 600}))
    with started(tmp_path, "run", "manifest.yaml") as command:
        wait_for(here.exists, "the adapter", 60)
        assert command.stderr is not None
        command.send_signal(signal.SIGINT)
        while "once more ends them at once" not in command.stderr.readline():
            pass
        command.send_signal(signal.SIGINT)
        out, _ = command.communicate(timeout=60)

    assert command.returncode == 130
    assert "Cancelled: Cancelled: 0 of 1 benchmarks completed." in out


def test_a_killed_command_leaves_no_process_and_no_credentials(tmp_path: Path) -> None:
    """Neither the adapter nor what it started, although nobody was left to clean up."""
    spawned, private = tmp_path / "spawned", tmp_path / "private"
    private.mkdir()
    write(
        tmp_path,
        a_provider(),
        a_job([["spawn", str(spawned)], "wait"], model={"auth": {"secretRef": {"name": "key"}}}),
        keyed("Secret", "key", stringData={"api-key": _KEY}),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(private))
        with started(tmp_path, "run", "manifest.yaml") as command:
            text = wait_for(lambda: spawned.read_text() if spawned.exists() else None, "the adapter", 60)
            assert _KEY in _text_under(private)
            os.kill(command.pid, signal.SIGKILL)

    pids = [int(word) for word in text.split()]
    wait_for(lambda: all(map(_gone, pids)), f"the end of processes {pids}", 20)
    wait_for(lambda: not any(private.iterdir()), "the removal of the credentials", 20)


def test_credentials_reach_the_adapter_and_are_seen_nowhere(tmp_path: Path) -> None:
    """Not even where an adapter fails with the key in its error text, as the second benchmark's does."""
    provider = a_provider(2)
    provider["spec"]["adapter"]["env"].append(
        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "key", "key": "api-key"}}}
    )
    digest = hashlib.sha256(_KEY.encode()).hexdigest()
    auth = {"auth": {"secretRef": {"name": "key"}}}
    job = a_job([["credentials", digest]], [["environment", "TOKEN"]], backoffLimit=0, model=auth)
    write(tmp_path, provider, job, name="job.yaml")
    (tmp_path / "given").mkdir()
    write(tmp_path / "given", keyed("Secret", "key", stringData={"api-key": _KEY}))

    done = referee(tmp_path, "run", "job.yaml", "given", "-o", "json")

    first, second = json.loads(done.stdout)["status"]["benchmarks"]
    assert first["primary"]["value"] == 1.0
    assert "could not convert string to float" in second["message"]
    assert _KEY not in done.stdout + done.stderr + _text_under(tmp_path / "referee-results")
