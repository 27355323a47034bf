"""An imported run as a results directory, and its outputs as a dataset to evaluate again.

<root>/<job>/evaluationjob.yaml    an EvaluationJob that is over, without criteria and so without a verdict
<root>/<job>/0-1/result.json       the figures, computed here from the samples; those of the other tool under `reported`
<root>/<job>/journal.db            samples and scores, as an adapter would have stored them
<root>/<job>/recorded.jsonl        a datapoint a line with its output, for `generation: Recorded`
"""

import asyncio
import hashlib
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from referee import __version__
from referee.api.evaluationjob import EvaluationJob
from referee.core.evaluation.aggregate import Method
from referee.core.evaluation.datapoint import Datapoint, DatasetDigest
from referee.core.evaluation.document import columns, document
from referee.core.evaluation.scoretype import ScoreType
from referee.core.evaluation.table import Table
from referee.imports.imported import ImportedEvaluator, ImportedRun, ImportedSample
from referee.imports.job import finished_job
from referee.local.attempts import RESULT_FILE
from referee.local.journals import JOURNAL_ARTIFACTS, JOURNAL_FILE
from referee.local.layout import attempt_directory
from referee.local.results import Results
from referee.local.writing import write_atomically
from referee.store import RunRef, SampleRow, ScoreRow, Store

RECORDED_FILE = "recorded.jsonl"
_SOURCE = "import"
_BATCH = 200


@dataclass(frozen=True, slots=True)
class _Evaluator:
    """An evaluator as the core asks for one."""

    name: str
    score: ScoreType
    weight: float
    digest: str
    type: str = "External"
    outputs: tuple[()] = ()
    criteria: None = None


def write(run: ImportedRun, root: Path) -> Path:
    """Write the run; an earlier one of that name is moved aside.

    Raises:
        LocalError: the directory cannot be used.
    """
    datapoints = {sample.id: _datapoint(sample) for sample in run.samples}
    digest = DatasetDigest()
    for datapoint in datapoints.values():
        digest.add(datapoint)
    evaluators = [_evaluator(run, each) for each in run.evaluators]
    result = _result(run, evaluators) | {"datasetDigest": digest.text(), "datasetCount": len(datapoints)}
    uid = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{run.name} {digest.text()} {_content(run)}"))
    job = finished_job(run, {e.name: e.digest for e in evaluators}, result, uid)
    held = Results.open((root / run.name).absolute())
    try:
        attempt = attempt_directory(held.path, 0, 1)
        attempt.mkdir()
        write_atomically(attempt / RESULT_FILE, json.dumps(result, indent=2, ensure_ascii=False) + "\n")
        lines = (json.dumps(_recorded(d, run.samples), ensure_ascii=False) for d in datapoints.values())
        write_atomically(held.path / RECORDED_FILE, "".join(f"{line}\n" for line in lines))
        asyncio.run(_keep(held.path, job, run, datapoints))
        held.write(job)
    finally:
        held.close()
    return held.path


def _datapoint(sample: ImportedSample) -> Datapoint:
    return Datapoint(sample.id, sample.input, sample.messages, None, sample.target, None, sample.metadata)


def _recorded(datapoint: Datapoint, samples: Sequence[ImportedSample]) -> dict[str, Any]:
    """The datapoint with its output; of several epochs the first that has one."""
    output = next((s.output for s in samples if s.id == datapoint.id and s.output is not None), None)
    return datapoint.wire() | ({} if output is None else {"output": output})


def _evaluator(run: ImportedRun, given: ImportedEvaluator) -> _Evaluator:
    told = json.dumps([run.tool.partition(" ")[0], given.name, given.definition])
    return _Evaluator(given.name, given.type, given.weight, f"sha256:{hashlib.sha256(told.encode()).hexdigest()}")


def _result(run: ImportedRun, evaluators: Sequence[_Evaluator]) -> dict[str, Any]:
    epochs = max((sample.epoch for sample in run.samples), default=1)
    table = Table(columns(evaluators), epochs)
    places: dict[str, int] = {}
    for sample in run.samples:
        at = places.setdefault(sample.id, len(places))
        table.sample(at)
        given = {score.evaluator: score for score in sample.scores}
        for evaluator in evaluators:
            score = given.get(evaluator.name)
            if score is not None:
                table.put(
                    *(at, sample.epoch, evaluator.name, score.outcome),
                    value=score.value,
                    label=score.label,
                    cause=score.cause,
                )
            else:
                cause = sample.error[0] if sample.error else None
                table.put(at, sample.epoch, evaluator.name, "unscored" if cause else "skipped", cause=cause)
    figures = document(table, evaluators, Method())
    return {"status": "Completed", **figures, "usage": _usage(run.samples), "reported": list(run.reported)}


def _usage(samples: Sequence[ImportedSample]) -> dict[str, Any]:
    sums = {name: sum((s.usage or {}).get(name, 0) for s in samples) for name in ("inputTokens", "outputTokens")}
    costs = [s.cost for s in samples if s.cost is not None]
    return {"requests": len(samples), **sums} | ({"cost": sum(costs)} if costs else {})


def _content(run: ImportedRun) -> str:
    told = [(s.id, s.epoch, s.output, [(c.evaluator, c.value, c.label) for c in s.scores]) for s in run.samples]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


async def _keep(path: Path, job: EvaluationJob, run: ImportedRun, datapoints: dict[str, Datapoint]) -> None:
    store = await Store.open(f"sqlite:///{path / JOURNAL_FILE}", str(path / JOURNAL_ARTIFACTS))
    metadata = job.metadata
    ref = RunRef(metadata.namespace, metadata.name, metadata.uid, f"import-{__version__}", 0, 1)
    try:
        for start in range(0, len(run.samples), _BATCH):
            part = run.samples[start : start + _BATCH]
            rows = [_row(sample, datapoints[sample.id].key) for sample in part]
            await store.journal.put(ref, rows, [row for sample in part for row in _scores(sample)])
    finally:
        await store.close()


def _row(sample: ImportedSample, key: str) -> SampleRow:
    body = {
        "sample_id": sample.id,
        "epoch": sample.epoch,
        "input": sample.input,
        "messages": sample.messages,
        "target": sample.target,
        "metadata": sample.metadata,
        "output": sample.output,
        "error": {"cause": sample.error[0], "message": sample.error[1]} if sample.error else None,
        "usage": sample.usage,
        "latency": sample.latency,
        "cost": sample.cost,
        "key": key,
    }
    needed = ("sample_id", "epoch", "input", "output")
    return SampleRow(sample.id, sample.epoch, {k: v for k, v in body.items() if k in needed or v not in (None, {})})


def _scores(sample: ImportedSample) -> Iterator[ScoreRow]:
    for score in sample.scores:
        yield ScoreRow(
            sample.id,
            sample.epoch,
            score.evaluator,
            _SOURCE,
            outcome=score.outcome,
            value=score.value,
            label=score.label,
            explanation=score.explanation,
            cause=score.cause,
            error=score.error,
        )
