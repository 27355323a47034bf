"""The parent of one adapter process: nothing of an adapter outlives the command that started it.

    python -I -S guard.py [--remove DIRECTORY] COMMAND...

The command holds the other end of this program's standard input. What is written there is an order; that it closes
says that the command is gone, also by SIGKILL, and then everything ends at once. When the adapter ends, whatever it
started ends with it, as in a container, and the directory with the model's credentials is removed. The exit code is
the adapter's, 128 + signal where a signal ended it.

A process of its own because nothing else sees a SIGKILL: PR_SET_PDEATHSIG has to be set between fork and exec,
which a program with threads cannot do safely, reaches only the adapter and not what it starts, and is Linux alone.
Standard library only, run without site-packages: it starts in 20 ms and stays at a few MiB.
"""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading

TERMINATE, KILL = b"T", b"K"
_PR_SET_CHILD_SUBREAPER = 36
_CANNOT_RUN = 126


def main(arguments: list[str]) -> int:
    """Run the command to its end and leave nothing behind."""
    directory, command = (arguments[1], arguments[2:]) if arguments[0] == "--remove" else (None, arguments)
    try:
        return _run(command)
    finally:
        if directory is not None:
            shutil.rmtree(directory, ignore_errors=True)


def _run(command: list[str]) -> int:
    adopting = _adopt_orphans()
    try:
        # a process group of its own, so that one call reaches the adapter and its workers
        adapter = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603 - it is our task
    except OSError as error:
        sys.stderr.write(f"cannot start {command[0]}: {error.strerror}\n")
        return _CANNOT_RUN
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: _kill(adapter))
    threading.Thread(target=_obey, args=(adapter,), daemon=True).start()
    code = adapter.wait()
    _kill(adapter)
    if adopting:
        _end_orphans()
    return code if code >= 0 else 128 - code


def _obey(adapter: "subprocess.Popen[bytes]") -> None:
    """Carry out orders until there is nobody left to give any."""
    while order := os.read(sys.stdin.fileno(), 1):
        if order == TERMINATE:
            adapter.send_signal(signal.SIGTERM)  # to it alone, as the kubelet does: its workers are its business
        elif order == KILL:
            _kill(adapter)
    _kill(adapter)


def _kill(adapter: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(OSError):  # nobody is left in the group
        os.killpg(adapter.pid, signal.SIGKILL)


def _adopt_orphans() -> bool:
    """Become the parent of what the adapter's children leave behind when they end, where the system can."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes  # noqa: PLC0415 - there is nothing to call elsewhere

    return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def _end_orphans() -> None:
    """Kill and reap every child until there is none; each death may hand over grandchildren."""
    while True:
        for pid in _children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.wait()
        except ChildProcessError:
            return


def _children() -> list[int]:
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # after the name, which may hold anything: state, parent
            parent = int((process / "stat").read_bytes().rpartition(b")")[2].split()[1])
            if parent == os.getpid():
                found.append(int(process.name))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
