"""Manifests for the stand-in adapter, and running them in this process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from referee.api.evaluationjob import EvaluationJob
from referee.api.status import BenchmarkStatus, EvaluationJobStatus
from referee.clock import utc_now
from referee.local.bundle import Bundle, read
from referee.local.run import LocalRun, Setup

ROOT = Path(__file__).parents[3]
Document = dict[str, Any]


def a_provider(benchmarks: int = 1, **adapter: Any) -> Document:
    """A Provider whose adapter is the stand-in, offering b0, b1, …"""
    given = {
        "image": "stand-in:1",
        "localCommand": ["python", "-m", "tests.unit.local.stand_in"],
        "env": [{"name": "PYTHONPATH", "value": str(ROOT)}],
        **adapter,
    }
    offered = [{"id": f"b{i}", "metrics": [{"name": "acc", "type": "Boolean"}]} for i in range(benchmarks)]
    return _resource("Provider", "stand-in", {"adapter": given, "benchmarks": offered})


def a_job(*steps: list[Any], name: str = "capitals", **spec: Any) -> Document:
    """A job of as many benchmarks as step lists are given;
    `every` is laid over each of them."""
    every = spec.pop("every", {})
    benchmarks = [
        {"id": f"b{i}", "provider": "stand-in", "parameters": {"do": do}, **every} for i, do in enumerate(steps)
    ]
    model = {"url": "http://127.0.0.1:9/v1", "name": "tiny", **spec.pop("model", {})}
    return _resource("EvaluationJob", name, {"model": model, "benchmarks": benchmarks, **spec})


def a_dataset(name: str, rows: list[Document], **spec: Any) -> Document:
    """A Dataset of these rows."""
    return _resource("Dataset", name, {"inline": rows, **spec})


def an_evaluator(name: str, **spec: Any) -> Document:
    """An Evaluator that compares texts."""
    return _resource("Evaluator", name, {"type": "Grader", "grader": {"stringCheck": {}}, **spec})


def keyed(kind: str, name: str, **fields: Any) -> Document:
    """A ConfigMap or a Secret."""
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **fields}


def _resource(kind: str, name: str, spec: Document) -> Document:
    return {"apiVersion": "referee.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def write(directory: Path, *documents: Document, name: str = "manifest.yaml") -> Path:
    """One file with these documents."""
    path = directory / name
    path.write_text(yaml.safe_dump_all(documents, sort_keys=False))
    return path


def bundle(directory: Path, *documents: Document) -> Bundle:
    """The documents as a command reads them."""
    return read([str(write(directory, *documents))], utc_now())


@dataclass
class Ran:
    """A job that was run, and every status that it had on its way."""

    job: EvaluationJob
    directory: Path
    seen: list[EvaluationJobStatus] = field(default_factory=list)

    def benchmark(self, index: int = 0) -> BenchmarkStatus:
        return self.job.status.benchmarks[index]

    def file(self, attempt: str, name: str) -> Path:
        return self.directory / attempt / name


async def run(
    directory: Path,
    documents: Sequence[Document],
    watch: Callable[[LocalRun], None] = lambda _: None,
    model_url: str | None = None,
) -> Ran:
    """Run the one job among the documents; results under `directory`/results.

    Args:
        directory: for the manifest and the results.
        documents: what the command is given.
        watch: called at each change with the run, which it may cancel.
        model_url: called instead of the job's own.
    """
    given = bundle(directory, *documents)
    seen: list[EvaluationJobStatus] = []

    def observe(_: EvaluationJobStatus, job: EvaluationJob) -> None:
        seen.append(job.status)
        watch(running)

    running = LocalRun(given.jobs[0], Setup(given, directory / "results", model_url, observe))
    job = await running.run()
    return Ran(job, directory / "results" / job.metadata.name, seen)
