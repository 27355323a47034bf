"""An adapter for pods of end-to-end tests, made with `referee_adapter` like any other: it does what it is told.

It runs as `python -c`, so it is one file that imports nothing of these tests, short enough for a Provider's command.
`parameters.do` is a list of steps, each a word or [word, argument ...]. The step `ask` has the test say the next one
while the pod runs: it stands where a real adapter asks a model.
"""

import os
import sys
import threading
import time
from typing import Any

import httpx

from referee_adapter import Context, Failure, Metric, Result, SampleCounts, Stopped, run
from referee_adapter.events import Patience
from referee_adapter.run import Settings


def evaluate(context: Context) -> Result:
    """Take one step after another until one ends the run."""
    for step in context.spec.parameters["do"]:
        if (result := _do(context, step)) is not None:
            return result
    raise AssertionError("the last step must end the run")


def _do(context: Context, step: Any) -> Result | None:
    word, *arguments = step if isinstance(step, list) else [step]
    result: Result | None = STEPS[word](context, *arguments)
    return result


def _ask(context: Context) -> Result | None:
    answer = httpx.get(f"{context.spec.model.url}/{context.spec.id}", timeout=100)
    return _do(context, answer.raise_for_status().json())


def _partial(context: Context, value: float) -> None:
    context.partial(Result.completed([Metric("acc", value, n=10, type="Boolean")], SampleCounts(40, 10)))


def _complete(_: Context, value: float) -> Result:
    return Result.completed([Metric("acc", value, n=40, type="Boolean")], SampleCounts(40, 40))


def _fail(_: Context, reason: str, retryable: bool) -> Result:
    raise Failure(reason, "as it was told", retryable=retryable)


def _say(_: Context, what: str, count: int, pause: float) -> None:
    for number in range(count):
        sys.stdout.write(f"{what} {number}\n")
        sys.stdout.flush()
        time.sleep(pause)


def _wait(context: Context) -> Result:
    told = threading.Event()
    context.on_stop(told.set)
    told.wait()
    raise Stopped


def _exit(_: Context, code: int) -> Result:
    os._exit(code)


def _eat(_: Context) -> Result:
    eaten = [bytearray(os.urandom(1 << 20)) for _ in range(1024)]
    raise AssertionError(f"{len(eaten)} MiB of random bytes fit")


def _report_as(context: Context, job: str) -> Result:
    """Post a result for another job with the own token; the value is how that was answered."""
    spec, token = context.spec, context.paths.token.read_text()
    event = {
        "provider_id": spec.provider_id,
        "id": spec.benchmark_id,
        "benchmark_index": spec.benchmark_index,
        "status": "completed",
        "referee": {"result": _complete(context, 1).wire()},
    }
    url = f"{spec.callback_url}/api/v1/evaluations/jobs/{job}/events"
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(url, json={"benchmark_status_event": event}, headers=headers)
    return Result.completed([Metric("acc", answer.status_code)], SampleCounts(1, 1))


STEPS: dict[str, Any] = {
    "ask": _ask,
    "partial": _partial,
    "complete": _complete,
    "fail": _fail,
    "say": _say,
    "wait": _wait,
    "exit": _exit,
    "eat": _eat,
    "report as": _report_as,
    "check length": lambda context, name, length: _complete(context, len(context.spec.parameters[name]) == length),
}


if __name__ == "__main__":
    patience = Patience(seconds=float(os.environ.get("PATIENCE", "300")))
    sys.exit(run(evaluate, settings=Settings(patience=patience)))
