"""What did not run, in lines that say where to look and what to do."""

from pathlib import Path

from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.status import BenchmarkStatus
from referee.cli import words
from referee.local.layout import LOG_FILE, attempt_directory

_LOG_LINES = 6
_TELLS_NOTHING = frozenset({Reason.ADAPTER_FAILED, Reason.RESULTS_MISSING, Reason.RESULTS_INVALID})
"""Reasons whose cause stands in the log, if anywhere."""
_REMEDIES = {
    "ModelUnreachable": "start the model's server, or say where it is from here: --model-url http://127.0.0.1:PORT/v1",
    "ModelUnauthorized": "give the Secret that spec.model.auth.secretRef names as another FILE; key api-key",
    "ModuleNotFoundError": "the adapter's framework is not installed here; for lm-eval: pip install 'referee[lm-eval]'",
}
"""By the adapter's own reason, or the error that its message names."""


def lines(job: EvaluationJob, directory: Path) -> list[str]:
    """One paragraph a benchmark that has no result, and one for each result that lacks something."""
    found: list[str] = []
    names = words.benchmark_names(job.status.benchmarks)
    for name, benchmark in zip(names, job.status.benchmarks, strict=True):
        if benchmark.phase == "Completed":
            if benchmark.message:
                found.append(f"{name}: {benchmark.reason}: {benchmark.message}")
        else:
            found += _of_unfinished(name, benchmark, directory)
    return found


def _of_unfinished(name: str, benchmark: BenchmarkStatus, directory: Path) -> list[str]:
    after = f" after {benchmark.retries + 1} attempts" if benchmark.retries else ""
    found = [f"{name}: {benchmark.phase}{after}: {benchmark.reason}: {benchmark.message}"]
    said = f"{benchmark.reason} {benchmark.message}"
    found += [f"  {remedy}" for reason, remedy in _REMEDIES.items() if reason in said]
    log = attempt_directory(directory, benchmark.index, benchmark.attempt) / LOG_FILE
    if benchmark.phase == "Failed" and log.is_file():
        if benchmark.reason in _TELLS_NOTHING:
            found += [f"  | {line}" for line in _tail(log)]
        found.append(f"  log: {shown(log)}")
    return found


def _tail(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()[-_LOG_LINES:]


def shown(path: Path) -> str:
    """A path as short as it can be typed here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
