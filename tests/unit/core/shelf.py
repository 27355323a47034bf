"""A catalogue in dictionaries, and jobs with an `evaluation:` block to resolve against it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from referee.api.collection import Collection
from referee.api.dataset import Dataset
from referee.api.evaluationjob import EvaluationJob
from referee.api.evaluator import Evaluator
from referee.api.provider import Provider
from referee.api.runplan import EVALUATORS_PROVIDER, RunPlan
from referee.core.refusal import Refusal
from referee.core.resolve import Allowed, resolve

POINTS = [
    {"id": "fr", "input": "France", "target": "Paris", "metadata": {"language": "en"}},
    {"id": "de", "input": "Deutschland", "target": "Berlin", "metadata": {"language": "de"}},
]
EXACT = {"name": "exact", "type": "Grader", "grader": {"stringCheck": {}}}


def evaluators_provider(*, allow_code: bool = False) -> Provider:
    return Provider.model_validate(
        {
            "metadata": {"name": "referee-evaluators"},
            "spec": {"id": EVALUATORS_PROVIDER, "adapter": {"image": "evaluators:1", "allowCode": allow_code}},
        }
    )


@dataclass
class Shelf:
    """What a namespace has."""

    providers: list[Provider] = field(default_factory=lambda: [evaluators_provider()])
    collections: list[Collection] = field(default_factory=list)
    evaluators: list[Evaluator] = field(default_factory=list)
    datasets: list[Dataset] = field(default_factory=list)
    jobs: list[EvaluationJob] = field(default_factory=list)

    def provider(self, id_: str) -> Provider | None:
        return next((found for found in self.providers if found.id == id_), None)

    def collection(self, id_: str) -> Collection | None:
        return next((found for found in self.collections if found.id == id_), None)

    def evaluator(self, id_: str) -> Evaluator | None:
        return next((found for found in self.evaluators if found.id == id_), None)

    def dataset(self, id_: str) -> Dataset | None:
        return next((found for found in self.datasets if found.id == id_), None)

    def evaluation_job(self, name: str) -> EvaluationJob | None:
        return next((found for found in self.jobs if found.metadata.name == name), None)

    def passed_jobs(self, group: str) -> Iterable[EvaluationJob]:
        passed = [
            (found.status.completion_time, found.metadata.name, found)
            for found in self.jobs
            if found.spec.group == group
            and found.status.completion_time is not None
            and found.status.verdict is not None
            and found.status.verdict.result == "Pass"
        ]
        return [found for *_, found in sorted(passed, key=lambda each: each[:2], reverse=True)]

    def provider_ids(self) -> list[str]:
        return [found.id for found in self.providers]

    def collection_ids(self) -> list[str]:
        return [found.id for found in self.collections]

    def evaluator_ids(self) -> list[str]:
        return [found.id for found in self.evaluators]

    def dataset_ids(self) -> list[str]:
        return [found.id for found in self.datasets]


def an_evaluation(
    name: str = "capitals", *, uid: str = "7d0c", spec: dict[str, Any] | None = None, **block: Any
) -> EvaluationJob:
    """A job over two inline datapoints and one exact match, with changes to its block and to its spec."""
    evaluation = {"dataset": {"inline": POINTS}, "evaluators": [EXACT], **block}
    return EvaluationJob.model_validate(
        {
            "metadata": {"name": name, "namespace": "team-a", "uid": uid, "generation": 1},
            "spec": {"model": {"url": "http://model:8000/v1", "name": "m"}, "evaluation": evaluation, **(spec or {})},
        }
    )


def planned(job: EvaluationJob, shelf: Shelf | None = None, **allowed: Any) -> RunPlan:
    """Its plan."""
    plan = resolve(job, shelf or Shelf(), Allowed(**allowed))
    assert isinstance(plan, RunPlan), plan
    return plan


def refused(job: EvaluationJob, shelf: Shelf | None = None, **allowed: Any) -> Refusal:
    """Why it has none."""
    refusal = resolve(job, shelf or Shelf(), Allowed(**allowed))
    assert isinstance(refusal, Refusal), refusal
    return refusal
