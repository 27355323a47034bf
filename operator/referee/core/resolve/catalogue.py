"""Where ids are looked up, and what a job may: what resolving is given beside the job itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from referee.api.collection import Collection
from referee.api.dataset import Dataset
from referee.api.evaluationjob import EvaluationJob
from referee.api.evaluator import Evaluator
from referee.api.provider import Provider


class Catalogue(Protocol):
    """Where ids are looked up: a job's namespace first, then the catalogue namespace."""

    def provider(self, id_: str) -> Provider | None:
        """The oldest provider of that id."""

    def collection(self, id_: str) -> Collection | None:
        """The oldest collection of that id."""

    def evaluator(self, id_: str) -> Evaluator | None:
        """The oldest evaluator of that id."""

    def dataset(self, id_: str) -> Dataset | None:
        """The oldest dataset of that id."""

    def evaluation_job(self, name: str) -> EvaluationJob | None:
        """The job of that name, in the namespace itself."""

    def passed_jobs(self, group: str) -> Iterable[EvaluationJob]:
        """Jobs of the namespace that are over and passed, the last to end first; it may end before very old ones."""

    def provider_ids(self) -> Iterable[str]:
        """Every id that would be found, for whoever wrote another."""

    def collection_ids(self) -> Iterable[str]:
        """The same of collections."""

    def evaluator_ids(self) -> Iterable[str]:
        """The same of evaluators."""

    def dataset_ids(self) -> Iterable[str]:
        """The same of datasets."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator's settings, or the command's options, let a job do."""

    service_accounts: frozenset[str] = frozenset()
    """Those that `pod.serviceAccountName` may ask for."""
    mlflow: bool = False
    """There is an MLflow that a job may export to."""
    code: bool = False
    """The second key to evaluators of type Code; the first is the provider's."""
    in_pods: bool = True
    """Adapters are images; else they are programs of this machine."""
