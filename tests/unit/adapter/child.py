"""Adapters for the tests of the frame: each mode is what an `evaluate` may do. Run as a program."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from referee_adapter import Context, Failure, Metric, Result, SampleCounts, Stopped, run
from referee_adapter.events import Patience
from referee_adapter.run import Settings

COUNTS = SampleCounts(total=10, scored=4)


def complete(_context: Context) -> Result:
    return Result.completed([Metric("acc", 0.5, stderr=0.1, n=10)], SampleCounts(total=10, scored=10))


def known_failure(context: Context) -> Result:
    message = f"the server said: bad key {context.credentials.api_key}"
    raise Failure("ModelUnauthorized", message, retryable=False)


def unknown_failure(context: Context) -> Result:
    raise RuntimeError(f"unexpected {context.credentials.api_key}")


def leaves(_context: Context) -> Result:
    sys.exit(0)


def stops_when_told(context: Context) -> Result:
    wait_until_told(context)
    context.partial(Result.completed([Metric("acc", 0.25, n=4)], COUNTS))
    raise Stopped


def wait_until_told(context: Context) -> None:
    told = threading.Event()
    context.on_stop(told.set)
    context.report_progress(4, 10)
    told.wait()


def breaks_when_told(context: Context) -> Result:
    context.partial(Result.completed([Metric("acc", 0.25, n=4)], COUNTS))
    wait_until_told(context)
    raise ConnectionError("the loop was closed under me")


def never_stops(context: Context) -> Result:
    context.partial(Result.completed([Metric("acc", 0.25, n=4)], COUNTS))
    context.report_progress(4, 10)
    while True:
        signal.pause()


def completes_although_told(context: Context) -> Result:
    wait_until_told(context)
    return complete(context)


def forks(context: Context) -> Result:
    """A framework's forked helper is ended with SIGTERM: it must die of it, and not report anything."""
    ready, write = os.pipe()
    helper = os.fork()
    if not helper:
        os.write(write, b"x")
        while True:  # not signal.pause(): a signal that comes just before it would be waited for in vain
            time.sleep(0.01)
    os.read(ready, 1)
    os.kill(helper, signal.SIGTERM)
    _, status = os.waitpid(helper, 0)
    assert os.waitstatus_to_exitcode(status) == 128 + signal.SIGTERM
    return complete(context)


if __name__ == "__main__":
    settings = Settings(
        grace_seconds=float(os.environ.get("GRACE", "20")),
        progress_interval=0,
        patience=Patience(first_delay=0.001, longest_delay=0.01),
        root=Path(os.environ["ROOT"]),
    )
    sys.exit(run(globals()[sys.argv[1]], settings=settings))
