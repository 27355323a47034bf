"""The samples of a job as rows: the record, who it is, and what evaluators made of it.

Of an evaluation every attempt of its plan counts, what people posted included; of a framework's benchmark the last one
alone, since each attempt does all of it. Scores that stand in a framework's own record stay there.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from referee.api.runplan import EVALUATION
from referee.store import JoinedSample, JournalRef, Store, StoredScore

Json = dict[str, Any]


def journals_of(job: Mapping[str, Any], index: int | None, asked: int | None = None) -> list[JournalRef]:
    """What counts of each benchmark that has begun; or the attempt that is asked for."""
    status, metadata = job.get("status") or {}, job["metadata"]
    planned = {entry["index"]: entry for entry in (status.get("plan") or {}).get("benchmarks") or ()}
    refs = []
    for row in status.get("benchmarks") or ():
        attempt = row.get("attempt") or 0
        if attempt and index in (None, row["index"]):
            entry = planned.get(row["index"], {})
            first = int(entry.get("firstAttempt") or 1) if entry.get("id") == EVALUATION else attempt
            begin, end = (min(first, attempt), attempt) if asked is None else (asked, asked)
            refs.append(JournalRef(metadata["namespace"], metadata["uid"], row["index"], begin, end))
    return refs


async def rows_of(store: Store, refs: Sequence[JournalRef]) -> AsyncIterator[Json]:
    """One a sample, in the order in which they were first stored.

    Raises:
        StoreUnavailable: the store does not answer.
    """
    for ref in refs:
        async for sample in store.joined.read(ref):
            yield _row(ref.index, sample)


async def evaluators_of(job: Mapping[str, Any], store: Store, refs: Sequence[JournalRef]) -> list[str]:
    """Everybody who has scored: in the order of the status, then those that it does not have."""
    found = {name for ref in refs for name in await store.joined.evaluators(ref)}
    told = [row["name"] for row in (job.get("status") or {}).get("evaluators") or ()]
    return [*(name for name in told if name in found), *sorted(found.difference(told))]


def _row(index: int, sample: JoinedSample) -> Json:
    scores = {"scores": [_score(score) for score in sample.scores]} if sample.scores else {}
    own = {
        "benchmark_index": index,
        "attempt": sample.attempt,
        "sample_id": sample.sample_id,
        "epoch": sample.epoch,
    }
    return {**sample.body, **own, **scores}


def _score(score: StoredScore) -> Json:
    fields = {
        "evaluator": score.evaluator,
        "source": score.source,
        "outcome": score.outcome,
        "value": score.value,
        "label": score.label,
        "explanation": score.explanation,
        "votes": score.votes,
        "cause": score.cause,
        "error": score.error,
        "duration": score.duration,
    }
    return {name: value for name, value in fields.items() if value is not None}
