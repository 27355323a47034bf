"""guard.py as the program it is: exit codes, orders, and what becomes of processes that an adapter leaves behind."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from referee.local import guard
from tests.testbed.waiting import wait_for

_SLEEP_AND_TELL = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(1000)"
_DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + _SLEEP_AND_TELL


@contextlib.contextmanager
def guarded(*command: str, environment: dict[str, str] | None = None) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", guard.__file__, *command],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=environment,
    )
    with process:
        yield process


def _alive(pid: int) -> bool:
    """A zombie is as good as gone: it waits for whoever adopted it."""
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _pid(file: Path) -> int:
    return int(wait_for(lambda: file.read_text() if file.exists() else None, f"a pid in {file.name}", 20))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param(("exit 7",), 7, id="its own"),
        pytest.param(("kill -KILL $$",), 128 + signal.SIGKILL, id="128 + signal"),
    ],
)
def test_the_exit_code_is_the_adapters(command: tuple[str, ...], code: int) -> None:
    with guarded("/bin/sh", "-c", *command) as process:
        assert process.wait(20) == code


def test_a_command_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    with guarded(str(tmp_path)) as process:
        _, said = process.communicate(timeout=20)
    assert (process.returncode, said.decode()) == (126, f"cannot start {tmp_path}: Permission denied\n")


def test_terminate_reaches_the_adapter_and_kill_ends_a_deaf_one(tmp_path: Path) -> None:
    with guarded(sys.executable, "-c", _DEAF, str(tmp_path / "pid")) as process:
        pid = _pid(tmp_path / "pid")
        assert process.stdin is not None
        process.stdin.write(guard.TERMINATE)
        process.stdin.flush()
        assert _alive(pid)
        process.stdin.write(guard.KILL)
        process.stdin.flush()
        assert process.wait(20) == 128 + signal.SIGKILL
    assert not _alive(pid)


@pytest.mark.parametrize("end", ["closing its input", "SIGTERM to the guard"])
def test_everything_ends_when_the_command_is_gone(tmp_path: Path, end: str) -> None:
    with guarded(sys.executable, "-c", _SLEEP_AND_TELL, str(tmp_path / "pid")) as process:
        pid = _pid(tmp_path / "pid")
        assert process.stdin is not None
        if end == "closing its input":
            process.stdin.close()
        else:
            process.terminate()
        assert process.wait(20) == 128 + signal.SIGKILL
    assert not _alive(pid)


@pytest.mark.parametrize("last", ["exit 0", "wait"])
def test_what_an_adapter_started_ends_with_it(tmp_path: Path, last: str) -> None:
    """In its process group, and in a session of its own where only adoption reaches it."""
    tell = f"'{sys.executable}' -c \"{_SLEEP_AND_TELL}\""
    both = f"test -s {tmp_path}/worker && test -s {tmp_path}/daemon"
    script = f"{tell} {tmp_path}/worker & setsid {tell} {tmp_path}/daemon & until {both}; do :; done; "
    with guarded("/bin/sh", "-c", script + last) as process:
        pids = [_pid(tmp_path / "worker"), _pid(tmp_path / "daemon")]
        if last == "wait":
            assert process.stdin is not None
            process.stdin.close()
        process.wait(20)
    assert not any(map(_alive, pids))


@pytest.mark.parametrize("script", ["exit 0", "kill -KILL $$"])
def test_the_credentials_are_removed_however_it_ends(tmp_path: Path, script: str) -> None:
    directory = tmp_path / "credentials"
    directory.mkdir()
    (directory / "api-key").write_text("secret")

    with guarded("--remove", str(directory), "/bin/sh", "-c", script) as process:
        process.wait(20)

    assert not directory.exists()


def test_the_environment_is_the_adapters_and_not_the_guards(tmp_path: Path) -> None:
    """A PYTHONPATH with a module called `subprocess` in it must not become the guard's."""
    (tmp_path / "subprocess.py").write_text("raise AssertionError('imported')")
    script = f"test $PYTHONPATH = {tmp_path}"
    with guarded("/bin/sh", "-c", script, environment={**os.environ, "PYTHONPATH": str(tmp_path)}) as process:
        assert process.wait(20) == 0
