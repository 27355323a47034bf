"""What did not run, in lines that say where to look and what to do."""

from referee.api.evaluationjob import EvaluationJob
from referee.api.status import TERMINAL, BenchmarkStatus
from referee.cli.places import Place
from referee.report import words


def lines(job: EvaluationJob, place: Place) -> list[str]:
    """One paragraph a benchmark that has no result, and one for each result that lacks something."""
    found: list[str] = []
    names = words.benchmark_names(job.status.benchmarks)
    for name, benchmark in zip(names, job.status.benchmarks, strict=True):
        if benchmark.phase == "Completed":
            if benchmark.message:
                found.append(f"{name}: {benchmark.reason}: {benchmark.message}")
        elif benchmark.phase in TERMINAL or benchmark.reason:
            found += _of_unfinished(name, benchmark, place)
    return found


def _of_unfinished(name: str, benchmark: BenchmarkStatus, place: Place) -> list[str]:
    after = f" after {benchmark.retries + 1} attempts" if benchmark.retries else ""
    found = [f"{name}: {benchmark.phase}{after}: {benchmark.reason}: {benchmark.message}"]
    said = f"{benchmark.reason} {benchmark.message}"
    found += [f"  {remedy}" for reason, remedy in place.remedies.items() if reason in said]
    return found + (place.log(benchmark) if benchmark.phase == "Failed" else [])
