"""The objects that are measured: a provider of one benchmark, and EvaluationJobs that ask for it."""

import json
import random
from typing import Any

from referee.core.children import child_name
from referee.runtime.paths import EVALUATION_JOBS, PROVIDERS

Json = dict[str, Any]

PROVIDER: Json = {
    "apiVersion": PROVIDERS.api_version,
    "kind": "Provider",
    "metadata": {"name": "bench"},
    "spec": {
        "adapter": {"image": "registry.example/adapter:1"},
        "benchmarks": [
            {"id": "empty", "metrics": [{"name": "acc", "type": "Boolean"}], "primaryScore": {"metric": "acc"}}
        ],
    },
}
SPEC: Json = {
    "model": {"url": "http://model:8000/v1", "name": "model"},
    "benchmarks": [{"id": "empty", "provider": "bench"}],
    "passCriteria": {"threshold": 0.5},
}


def evaluation_job(name: str, **spec: Any) -> Json:
    """An EvaluationJob of one benchmark, like most."""
    return {
        "apiVersion": EVALUATION_JOBS.api_version,
        "kind": "EvaluationJob",
        "metadata": {"name": name},
        "spec": {**SPEC, **spec},
    }


def child_of(job: Json) -> str:
    """The name of an EvaluationJob's first child."""
    return child_name(job["metadata"]["name"], job["metadata"]["uid"], 0, 1)


def result(size: int = 0, seed: int = 0) -> str:
    """What an adapter reports, filled up to about this many bytes with slices of numbers that do not repeat."""
    chance = random.Random(seed)  # noqa: S311 - the same objects in each run
    slices: list[Json] = []
    report = {
        "status": "Completed",
        "metrics": [{"name": "acc", "value": 0.75, "stderr": 0.043, "n": 100, "type": "Boolean"}],
        "samples": {"total": 100, "scored": 100, "errors": 0, "unscored": 0},
        "slices": slices,
        "reason": "",
        "message": "",
        "retryable": True,
        "truncated": False,
        "completedAt": "2026-01-01T00:00:00Z",
    }
    while len(text := json.dumps(report, separators=(",", ":"))) < size:
        metric = {"name": "acc", "value": chance.random(), "stderr": chance.random(), "n": chance.randrange(100)}
        slices.append({"by": "subset", "value": f"part-{len(slices)}", "metrics": [metric]})
    return text
