"""The adapter as a process, as a pod starts it: a directory with a job spec, an environment, an exit code."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]
DEADLINE = 180
"""Seconds. A run is a second's work; on a loaded machine with two cores a process has taken twenty to begin."""

EXACT: Json = {
    "name": "exact",
    "type": "Grader",
    "digest": "sha256:exact",
    "arguments": "TargetRequired",
    "score": {"type": "Boolean"},
    "weight": 1,
    "grader": {"stringCheck": {"operation": "Equals"}},
}


def rows(number: int) -> list[Json]:
    """Datapoints; of every fifth the right answer is another than a parrot's."""
    return [
        {
            "id": f"q{i}",
            "input": f"word {i}",
            "target": f"word {i}" if i % 5 else "silence",
            "metadata": {"language": "en" if i % 2 else "de"},
        }
        for i in range(number)
    ]


def job(model_url: str, callback_url: str = "", evaluation: Json | None = None, **own: Any) -> Json:
    """A job spec over inline rows; `own` is laid over what stands under `referee`."""
    asked = {"dataset": {"inline": rows(20)}, "generation": "Operator", "evaluators": [EXACT]}
    execution = {"batchSize": 4, "cache": {"enabled": False}, "retry": {"maxRetries": 0}, **own.pop("execution", {})}
    return {
        "id": "capitals",
        "provider_id": "referee_evaluators",
        "benchmark_id": "evaluation",
        "benchmark_index": 0,
        "model": {"url": model_url, "name": "m"},
        "parameters": {},
        "callback_url": callback_url,
        "referee": {
            "namespace": "team-a",
            "model": {"api": "Chat"},
            "execution": execution,
            "evaluation": asked | (evaluation or {}),
            **own,
        },
    }


def laid(directory: Path, document: Json) -> Path:
    """Write the job spec where the adapter looks for it."""
    path = directory / "meta" / "job.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    return path


@asynccontextmanager
async def started(spec: Path, environ: Mapping[str, str] | None = None) -> AsyncIterator[Process]:
    """The process; ended with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "referee_evaluators"),
        env={**os.environ, "EVALHUB_MODE": "local", "EVALHUB_JOB_SPEC_PATH": str(spec), **(environ or {})},
        stderr=asyncio.subprocess.PIPE,
    )
    drained = asyncio.ensure_future(_drained(process))
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await drained


async def ran(spec: Path, environ: Mapping[str, str] | None = None) -> int:
    """Run it to its end; the exit code."""
    async with started(spec, environ) as process, asyncio.timeout(DEADLINE):
        return await process.wait()


async def _drained(process: Process) -> None:
    assert process.stderr is not None
    async for line in process.stderr:
        sys.stderr.write(line.decode())
