"""An adapter that does what its parameters say, made with `referee_adapter` like any other.

Run as a program. `parameters.do` is a list of steps, each a word or [word, argument]; see STEPS.
"""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from referee_adapter import Context, Failure, Metric, Result, SampleCounts, Stopped, run
from tests.testbed.waiting import wait_for


def evaluate(context: Context) -> Result:
    """Take one step after another until one ends the run."""
    for step in context.spec.parameters["do"]:
        word, argument = step if isinstance(step, list) else (step, None)
        result: Result | None = STEPS[word](context, argument)
        if result is not None:
            return result
    raise AssertionError("the last step must end the run")


def _complete(_: Context, value: Any) -> Result:
    return Result.completed([Metric("acc", float(value), n=40, type="Boolean")], SampleCounts(40, 40))


def _partial(context: Context, value: Any) -> None:
    context.partial(Result.completed([Metric("acc", float(value), n=10, type="Boolean")], SampleCounts(40, 10)))


def _fail(_: Context, argument: Any) -> Result:
    reason, retryable = argument
    raise Failure(reason, "as it was told", retryable=retryable)


def _wait(context: Context, _: Any) -> Result:
    stopped = threading.Event()
    context.on_stop(stopped.set)
    stopped.wait()
    raise Stopped("told to stop")


def _deaf(context: Context, _: Any) -> Result:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return _wait(context, None)


def _await(_: Context, file: Any) -> None:
    wait_for(Path(file).exists, file, 60)


def _crowd(_: Context, argument: Any) -> None:
    """Fail if more than so many do this at once."""
    place, most = Path(argument[0]), argument[1]
    mine = place / str(os.getpid())
    mine.touch()
    if (present := len(list(place.iterdir()))) > most:
        raise Failure("Crowded", f"{present} at once", retryable=False)
    mine.unlink()


def _samples(context: Context, count: Any) -> None:
    with context.samples() as samples:
        for number in range(count):
            samples.write({"id": number})


def _digest(key: str | None) -> str:
    return hashlib.sha256((key or "").encode()).hexdigest()


def _spawn(_: Context, file: Any) -> None:
    """Start what a container's end would take with it, in a session where no process group reaches it."""
    lasting = subprocess.Popen(["/bin/sleep", "1000"], start_new_session=True)
    Path(file).write_text(f"{os.getpid()} {lasting.pid}")


STEPS: dict[str, Any] = {
    # on the way
    "say": lambda _, text: sys.stdout.write(text + "\n") and sys.stdout.flush(),
    "progress": lambda context, argument: context.report_progress(*argument),
    "partial": _partial,
    "samples": _samples,
    "signal": lambda _, file: Path(file).touch(),
    "await": _await,
    "crowd": _crowd,
    "spawn": _spawn,
    "leave": lambda context, text: context.paths.termination_log.write_text(text) and None,
    # ends
    "complete": _complete,
    "fail": _fail,
    "wait": _wait,
    "deaf": _deaf,
    "exit": lambda _, code: os._exit(code),
    "kill": lambda _, number: os.kill(os.getpid(), number),
    "environment": lambda context, name: _complete(context, os.environ.get(name, "0")),
    "test_data": lambda context, name: _complete(context, (context.paths.test_data / name).read_text()),
    "credentials": lambda context, digest: _complete(context, _digest(context.credentials.api_key) == digest),
}


if __name__ == "__main__":
    sys.exit(run(evaluate))
