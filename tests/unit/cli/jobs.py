"""Finished jobs as core leaves them, without a process: results in, status out."""

from datetime import UTC, datetime
from typing import Any

from referee.api.evaluationjob import EvaluationJob
from referee.api.provider import Provider
from referee.core.children import Child, child_name
from referee.core.plan import decide
from referee.core.pods import Pod
from referee.core.resolve import resolve
from referee.core.result import from_document

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class _Catalogue:
    def __init__(self, benchmarks: list[str]) -> None:
        offered = [
            {
                "id": id_,
                "metrics": [
                    {"name": "acc", "type": "Boolean"},
                    {"name": "loss", "lowerIsBetter": True, "range": [0, 10]},
                ],
                "primaryScore": {"metric": "loss" if id_ == "loss" else "acc"},
            }
            for id_ in benchmarks
        ]
        document = {"metadata": {"name": "p"}, "spec": {"adapter": {"image": "i"}, "benchmarks": offered}}
        self._provider = Provider.model_validate(document)

    def provider(self, id_: str) -> Provider | None:
        return self._provider if id_ == "p" else None

    def collection(self, _: str) -> None:
        return None

    def evaluator(self, _: str) -> None:
        return None

    def dataset(self, _: str) -> None:
        return None

    def evaluation_job(self, _: str) -> None:
        return None

    def passed_jobs(self, group: str) -> list[EvaluationJob]:
        del group
        return []

    def evaluator_ids(self) -> list[str]:
        return []

    def dataset_ids(self) -> list[str]:
        return []

    def provider_ids(self) -> list[str]:
        return ["p"]

    def collection_ids(self) -> list[str]:
        return []


def finished(results: list[dict[str, Any] | int], benchmarks: list[dict[str, Any]], **spec: Any) -> EvaluationJob:
    """A job whose children reported these results, or ended with these exit codes."""
    document = {
        "metadata": {"name": "capitals", "namespace": "default", "uid": "7d0c", "generation": 1},
        "spec": {
            "model": {"url": "http://model:8000/v1", "name": "tiny"},
            "benchmarks": [{"provider": "p", **b} for b in benchmarks],
            "backoffLimit": 0,
            **spec,
        },
    }
    job = EvaluationJob.model_validate(document)
    catalogue = _Catalogue(sorted({str(b["id"]) for b in benchmarks}))
    children = [_child(job, index, result) for index, result in enumerate(results)]
    plan = resolve(job, catalogue)
    for seen in ([], children):
        job = job.model_copy(update={"status": decide(job, seen, lambda: plan, NOW).status})
    return job


def _child(job: EvaluationJob, index: int, result: dict[str, Any] | int) -> Child:
    name = child_name(job.metadata.name, job.metadata.uid, index, 1)
    code, read = (result, None) if isinstance(result, int) else (0, from_document(result))
    pod = Pod(name, "Succeeded" if code == 0 else "Failed", started=True, exit_code=code)
    ended = "Failed" if code else "Complete"
    return Child(name, f"uid-{index}", index, 1, NOW, ended=ended, ended_at=NOW, result=read, pods=(pod,))  # type: ignore[arg-type]  # one of the two


def good(value: float, n: int = 40, errors: int = 0, **more: float) -> dict[str, Any]:
    """A complete result."""
    metrics = [{"name": "acc", "value": value, "n": n, "type": "Boolean"}]
    metrics += [{"name": name, "value": number, "stderr": 0.5, "n": n} for name, number in more.items()]
    samples = {"total": n + errors, "scored": n, "errors": errors, "unscored": errors}
    return {"status": "Completed", "metrics": metrics, "samples": samples}
