"""What can be said of a Dataset: everything of datapoints in its manifest, of others what a run found there.

The operator reads no ConfigMap, claim or address: it has no right to, and needs none. A digest and a count that a
run reported hold for as long as the Dataset still names the source that this run read.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from referee.api.dataset import MAX_INLINE_BYTES, DatasetSpec, DataSource
from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import PlannedData
from referee.core.evaluation.datapoint import DatasetDigest
from referee.core.evaluation.inline import InlineError, datapoints_of
from referee.core.evaluation.rows import mapping_trouble


@dataclass(frozen=True, slots=True)
class Found:
    """What is known."""

    trouble: str | None = None
    """What is wrong, and where."""
    digest: str | None = None
    count: int | None = None


def look(spec: DatasetSpec, runs: Iterable[EvaluationJob] = ()) -> Found:
    """What is known of a dataset.

    Args:
        spec: where its datapoints are.
        runs: those that read it, the newest first.
    """
    if wrong := mapping_trouble(spec.file.mapping):
        return Found(f"file.mapping.{wrong[0]}: {wrong[1]}")
    return _reported(spec, runs) if spec.inline is None else _inline(spec, spec.inline)


def source_of(spec: DataSource) -> dict[str, object]:
    """The source alone, whatever else the model says."""
    return {name: getattr(spec, name) for name in DataSource.model_fields}


def _inline(spec: DatasetSpec, rows: list[dict[str, object]]) -> Found:
    size = len(json.dumps(rows, separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass"))
    if size > MAX_INLINE_BYTES:
        said = f"inline: the datapoints have {size} bytes, {MAX_INLINE_BYTES} fit: put them into a ConfigMap or a file"
        return Found(said)
    digest, count = DatasetDigest(), 0
    try:
        for point in datapoints_of(rows, spec.file.mapping):
            digest.add(point)
            count += 1
    except InlineError as error:
        return Found(f"inline{error}")
    return Found(None, digest.text(), count)


def _reported(spec: DatasetSpec, runs: Iterable[EvaluationJob]) -> Found:
    named = PlannedData.model_validate({**source_of(spec), "file": spec.file})
    for run in runs:
        planned = ((run.status.plan or {}).get("evaluation") or {}).get("data") or {}
        read = run.status.provenance
        if read is not None and read.dataset_digest and PlannedData.model_validate(planned) == named:
            return Found(None, read.dataset_digest, read.dataset_count)
    return Found()
