"""`referee results`: what came of a job, as its report, as data, or sample by sample.

The table is what `referee run` prints, and rests on status alone. As data the benchmarks have everything that their
adapters reported, where a gateway keeps it; a cluster by itself has what status holds.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from referee.api.evaluationjob import EvaluationJob
from referee.cli import exit_codes
from referee.cli.remote.asking import ask, checked
from referee.cli.remote.edits import over
from referee.cli.remote.flags import Flags
from referee.cli.remote.following import report
from referee.cli.remote.port import Document, Remote
from referee.cli.remote.shapes import dump
from referee.cli.remote.tables import print_csv

_FIELDS = (
    *("benchmark", "provider", "index", "phase", "attempt", "metric", "primary", "value", "stderr", "ciLow", "ciHigh"),
    *("method", "n", "errors", "unscored", "partial", "reason"),
)
_OUTCOME = (
    *(
        "phase",
        "attempt",
        "startTime",
        "completionTime",
        "score",
        "scoreStderr",
        "scoreCiLow",
        "scoreCiHigh",
        "verdict",
    ),
    "provenance",
)
"""What of status is the outcome, and not how it came about."""


def results(flags: Flags, name: str, output: str, *, exit_code: bool) -> int:
    """Print the results; `exit_code`: end as the job did, and not with 0."""

    async def work(remote: Remote) -> int:
        document = await remote.get(checked(name))
        job = EvaluationJob.model_validate(document)
        if output == "jsonl":
            await _stream(remote, name)
        elif output == "table":
            report(document, output)
        else:
            merged = _merged(document, await remote.results(name))
            if output == "csv":
                print_csv(_rows(merged["benchmarks"]), _FIELDS)
            else:
                sys.stdout.write(dump(merged, output))
        return _code(job) if exit_code else exit_codes.OK

    return ask(flags, work)


async def _stream(remote: Remote, name: str) -> None:
    empty = True
    async with aclosing(remote.samples(name, None)) as pieces:
        async for piece in pieces:
            empty = False
            sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
    if empty:
        sys.stderr.write(f"{name}: no samples are kept of it\n")


def _code(job: EvaluationJob) -> int:
    """Of one that has not ended: nothing is decided."""
    return exit_codes.of_job(job) if over(job) else exit_codes.UNDECIDED


def _merged(document: Document, full: Mapping[int, Document]) -> Document:
    """What status says of the outcome, and below each benchmark what its adapter reported."""
    status = document.get("status") or {}
    benchmarks = [
        b | ({"result": full[b["index"]]} if b["index"] in full else {}) for b in status.get("benchmarks") or ()
    ]
    outcome = {field: status[field] for field in _OUTCOME if field in status}
    metadata, model = document["metadata"], document["spec"]["model"]
    head = {"name": metadata["name"], "namespace": metadata["namespace"], "model": model["name"], "url": model["url"]}
    return head | outcome | {"benchmarks": benchmarks}


def _rows(benchmarks: Sequence[Document]) -> Iterator[dict[str, Any]]:
    """A row a metric; one without a metric for a benchmark that has none."""
    for benchmark in benchmarks:
        known = {metric["name"]: metric for metric in benchmark.get("metrics") or ()}
        reported = (benchmark.get("result") or {}).get("metrics") or ()
        metrics = [*known.values(), *(metric for metric in reported if metric.get("name") not in known)]
        primary = (benchmark.get("primary") or {}).get("name")
        head = benchmark | {"benchmark": benchmark["id"]}
        for metric in metrics or [{}]:
            name = metric.get("name")
            yield head | metric | {"metric": name, "primary": None if name is None else name == primary}
