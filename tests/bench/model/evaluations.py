"""The built-in adapter over an own dataset: calls a second, the whole process, and memory, beside others.

Scoring is part of it: each answer is compared with its target, each record is written. All clients run against the same
endpoint in turn, so that what else the machine does hits all of them; medians of the rounds are told. The endpoint and
the client share the machine's cores, so a rate without latency is that of both together.
"""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.model import peers
from tests.bench.model.peers import Asking
from tests.bench.model.runs import Taken, UnexpectedCallsError, median, run
from tests.bench.rows import Goal, Row, unmeasured

WIDTH = 64
LATENCIES = (0.0, 0.05)
EXACT: dict[str, object] = {
    "name": "exact",
    "type": "Grader",
    "digest": "sha256:0",
    "arguments": "TargetRequired",
    "score": {"type": "Boolean"},
    "weight": 1,
    "grader": {"stringCheck": {"operation": "Equals"}},
}
NEAR = {
    **EXACT,
    "name": "near",
    "score": {"type": "Numerical", "min": 0, "max": 1},
    "grader": {"similarity": {"metric": "Levenshtein"}},
}
_SOURCE = "def evaluate(output, target):\n    return output == target\n"
CODE = {**EXACT, "type": "Code", "code": {"source": _SOURCE, "entrypoint": "OutputTarget"}}
_OTHERS: dict[str, Callable[[Asking], list[str]]] = {
    "lm-eval 0.4.13": peers.lm_eval,
    "nemo-evaluator 0.2.8": peers.nemo,
    "deepeval 4.3.1": peers.deepeval,
}


async def evaluations(directory: Path, samples: int, many: int, rounds: int) -> list[Row]:
    """The rows; `samples` for the whole process, `many` for calls a second and for memory."""
    return await asyncio.to_thread(_measured, directory, samples, many, rounds)


def _measured(directory: Path, samples: int, many: int, rounds: int) -> list[Row]:
    rows: list[Row] = []
    for latency in LATENCIES:
        rows += _rates(directory, samples * 10 if not latency else samples * 3, latency, rounds)
    rows += _whole(directory, samples, rounds)
    rows += _scorers(directory, samples * 3, rounds)
    rows += _memory(directory, (samples, many // 10, many))
    return rows


def _rates(directory: Path, samples: int, latency: float, rounds: int) -> list[Row]:
    """In the phase of calls, beside a bare loop and beside lm-eval, which builds its requests before that phase."""
    data, fewer = _data(directory, samples), _data(directory, samples // 5)
    ours, bare, harness = list[Taken](), list[Taken](), list[Taken]()
    for _ in range(rounds):
        ours.append(_run(ours_of, directory, data, latency))
        bare.append(_run(peers.bare, directory, data, latency))
        harness.append(_run(peers.lm_eval, directory, fewer, latency))
    name = f"own evaluation: calls a second, scored and recorded, {WIDTH} in flight, {latency * 1000:.0f} ms"
    mine = median(ours, lambda taken: taken.rate)
    return [
        Row(name, "/s", mine, median(bare, lambda t: t.rate), "a bare aiohttp loop", Goal("ratio", ">=", 0.9)),
        Row(name, "/s", mine, median(harness, lambda t: t.rate), "lm-eval 0.4.13", Goal("ratio", ">=", 1)),
    ]


def _whole(directory: Path, samples: int, rounds: int) -> list[Row]:
    """Samples a second over the life of the process."""
    data = _data(directory, samples)
    ours = list[Taken]()
    theirs: dict[str, list[Taken] | str] = {peer: [] for peer in _OTHERS}
    for _ in range(rounds):
        ours.append(_run(ours_of, directory, data, 0))
        for peer, command in _OTHERS.items():
            found = theirs[peer]
            if isinstance(found, str):
                continue
            try:
                found.append(_run(command, directory, data, 0))
            except (OSError, subprocess.CalledProcessError, UnexpectedCallsError) as error:
                theirs[peer] = f"{error}"[:300]
    mine = median(ours, lambda taken: samples / taken.seconds)
    return [_beside(peer, mine, found, samples) for peer, found in theirs.items()]


def _beside(peer: str, mine: float, found: list[Taken] | str, samples: int) -> Row:
    name, goal = f"own evaluation: {samples:,} samples, whole process", Goal("ratio", ">=", 3)
    if isinstance(found, str):
        return unmeasured(f"{name}, beside {peer}", "/s", found, goal)
    return Row(name, "/s", mine, median(found, lambda taken: samples / taken.seconds), peer, goal)


def _scorers(directory: Path, samples: int, rounds: int) -> list[Row]:
    """A judge of recorded outputs, and code over a model's: each sample is one call, beside a loop that only asks."""
    data, latency = _data(directory, samples), LATENCIES[-1]
    judged, coded, bare = list[Taken](), list[Taken](), list[Taken]()
    for _ in range(rounds):
        judged.append(_run(judge_of, directory, data, latency, text='{"score": true}'))
        coded.append(_run(code_of, directory, data, latency))
        bare.append(_run(peers.bare, directory, data, latency))
    limit = median(bare, lambda taken: taken.rate)
    about = f"calls a second, {WIDTH} in flight, {latency * 1000:.0f} ms"
    return [
        Row(f"{name}: {about}", "/s", median(found, lambda t: t.rate), limit, "a bare loop", Goal("ratio", ">=", 0.9))
        for name, found in (("judge", judged), ("model and code evaluator", coded))
    ]


def _memory(directory: Path, sizes: Sequence[int]) -> list[Row]:
    """At its largest, of many recorded samples beside few."""
    few, *others = sizes
    small = _run(recorded_of, directory, _data(directory, few), 0, silent=True).megabytes
    return [
        Row(
            f"own evaluation: memory, {many:,} samples beside {few:,}",
            "MB",
            _run(recorded_of, directory, _data(directory, many), 0, silent=True).megabytes,
            small,
            f"the same with {few:,}",
            Goal("ratio", "<=", 1.5),
        )
        for many in others
    ]


def ours_of(asking: Asking) -> list[str]:
    """The adapter, as a pod starts it; its journal is a file."""
    return _adapter(asking, [EXACT])


def code_of(asking: Asking) -> list[str]:
    """With own code in its sandbox."""
    return _adapter(asking, [CODE], allowCode=True)


def judge_of(asking: Asking) -> list[str]:
    """A judge alone: the outputs are there."""
    judge = {**EXACT, "type": "LLM", "llm": {"model": {"url": asking.url, "name": "j"}, "rubric": "Is it right?"}}
    return _adapter(asking, [judge], generation="Recorded")


def recorded_of(asking: Asking) -> list[str]:
    """No call at all: a Boolean score and a number of recorded outputs, by one slice."""
    return _adapter(asking, [EXACT, NEAR], generation="Recorded", slices=["metadata.language"])


def _adapter(asking: Asking, evaluators: list[dict[str, object]], **more: object) -> list[str]:
    job = {
        "id": "bench",
        "provider_id": "referee_evaluators",
        "benchmark_id": "evaluation",
        "benchmark_index": 0,
        "model": {"url": asking.url, "name": "m"},
        "parameters": {},
        "callback_url": "",
        "referee": {
            "model": {"parameters": {"temperature": 0}},
            "execution": {"batchSize": asking.width},
            "evaluation": {
                "dataset": {"files": {"format": "JSONL", "path": str(asking.rows)}},
                "generation": "Operator",
                "evaluators": evaluators,
                **more,
            },
        },
    }
    spec = asking.scratch / "meta" / "job.json"
    spec.parent.mkdir(exist_ok=True)
    spec.write_text(json.dumps(job))
    return [sys.executable, "-m", "referee_evaluators"]


def _run(
    command: Callable[[Asking], list[str]],
    directory: Path,
    data: Path,
    latency: float,
    *,
    text: str = "Paris",
    silent: bool = False,
) -> Taken:
    shutil.rmtree(directory / "data", ignore_errors=True)
    environ = {"EVALHUB_MODE": "local", "EVALHUB_JOB_SPEC_PATH": str(directory / "meta" / "job.json")}
    return run(command, data, directory, latency, WIDTH, environ, text=text, silent=silent)


def _data(directory: Path, samples: int) -> Path:
    path = directory / f"rows-{samples}.jsonl"
    if not path.exists():
        with path.open("w") as file:
            for number in range(samples):
                target = "Paris" if number % 5 else "Rome"
                row = {
                    "id": f"q{number}",
                    "input": f"What is the capital of country {number}?",
                    "target": target,
                    "output": "Paris",
                    "metadata": {"language": ("en", "de", "fr")[number % 3]},
                }
                file.write(json.dumps(row) + "\n")
    return path
