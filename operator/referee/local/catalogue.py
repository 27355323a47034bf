"""Where a job's references are looked up: the given files first, then what is installed, then what is only known.

Of the files, the job's own namespace comes first and any other after it: which namespace an operator would take
for its catalogue is a setting that is not known here, and whoever gives a file means it to be found.
"""

import functools
import pkgutil
from collections.abc import Iterable, Iterator
from importlib.machinery import FileFinder
from pathlib import Path
from typing import TypeVar

from referee.api.collection import Collection
from referee.api.dataset import Dataset
from referee.api.documents import documents
from referee.api.evaluationjob import EvaluationJob
from referee.api.evaluator import Evaluator
from referee.api.manifest import Resource, parse
from referee.api.provider import Provider
from referee.api.runplan import EVALUATORS_PROVIDER
from referee.local.bundle import Bundle
from referee.local.records import records

_PREFIX = "referee_"
"""Adapter packages are called so (see `adapters/`); one from elsewhere joins in by its name alone."""
_FILE = "provider.yaml"
_KNOWN = Path(__file__).parents[1] / "catalogue"
"""Providers without an image, and collections: what the chart installs too."""

Entry = TypeVar("Entry", Provider, Collection, Evaluator, Dataset)


class LocalCatalogue:
    """`core.resolve.Catalogue` for one job among given files."""

    def __init__(self, bundle: Bundle, namespace: str, results: Path | None = None) -> None:
        """Take the files, the job's namespace, and where finished runs are."""
        self._bundle = bundle
        self._namespace = namespace
        self._results = results

    def provider(self, id_: str) -> Provider | None:
        """The provider of that id."""
        given = self._find(self._bundle.providers, id_)
        return given or next((p for p in built_in_providers() if p.id == id_), None)

    def collection(self, id_: str) -> Collection | None:
        """The collection of that id."""
        given = self._find(self._bundle.collections, id_)
        return given or next((c for c in built_in_collections() if c.id == id_), None)

    def evaluator(self, id_: str) -> Evaluator | None:
        """The evaluator of that id."""
        return self._find(self._bundle.evaluators, id_)

    def dataset(self, id_: str) -> Dataset | None:
        """The dataset of that id."""
        return self._find(self._bundle.datasets, id_)

    def evaluation_job(self, name: str) -> EvaluationJob | None:
        """The newest run of a job of that name."""
        return next((run for run in self.evaluation_jobs() if run.metadata.name == name), None)

    def evaluation_jobs(self) -> Iterator[EvaluationJob]:
        """Every run in the namespace that left a record, those of one name from the newest to the oldest."""
        runs = records(self._results) if self._results is not None else ()
        return (run for run in runs if run.metadata.namespace == self._namespace)

    def passed_jobs(self, group: str) -> Iterator[EvaluationJob]:
        """Those of a group that passed, the last to end first."""
        ended = [
            (run.status.completion_time, run.metadata.name, run)
            for run in self.evaluation_jobs()
            if run.spec.group == group
            and run.status.completion_time is not None
            and run.status.verdict is not None
            and run.status.verdict.result == "Pass"
        ]
        return (run for _, _, run in sorted(ended, key=lambda each: each[:2], reverse=True))

    def provider_ids(self) -> list[str]:
        """Every id that could be meant."""
        return sorted({p.id for p in (*self._bundle.providers, *built_in_providers())})

    def collection_ids(self) -> list[str]:
        """Every id that could be meant."""
        return sorted({c.id for c in (*self._bundle.collections, *built_in_collections())})

    def evaluator_ids(self) -> list[str]:
        """Every id that could be meant."""
        return sorted({evaluator.id for evaluator in self._bundle.evaluators})

    def dataset_ids(self) -> list[str]:
        """Every id that could be meant."""
        return sorted({dataset.id for dataset in self._bundle.datasets})

    def _find(self, entries: Iterable[Entry], id_: str) -> Entry | None:
        found = [entry for entry in entries if entry.id == id_]
        return next((e for e in found if e.metadata.namespace == self._namespace), found[0] if found else None)


@functools.cache
def built_in_providers() -> tuple[Provider, ...]:
    """The providers of the adapter packages that are installed beside Referee, and then those that it only knows.

    Their files are read, their code is not imported: that is the adapter's process's business.
    """
    files = (*_provider_files(), *sorted(_KNOWN.glob("*.yaml")))
    return tuple(_with_a_key(resource) for resource in _resources(files) if isinstance(resource, Provider))


def _with_a_key(provider: Provider) -> Provider:
    """What an administrator decides in a cluster, whoever runs the command decides here, and by --allow-code alone."""
    if provider.id != EVALUATORS_PROVIDER or provider.spec.adapter is None:
        return provider
    adapter = provider.spec.adapter.model_copy(update={"allow_code": True})
    return provider.model_copy(update={"spec": provider.spec.model_copy(update={"adapter": adapter})})


@functools.cache
def built_in_collections() -> tuple[Collection, ...]:
    """The collections that Referee knows."""
    files = sorted(_KNOWN.glob("*.yaml"))
    return tuple(resource for resource in _resources(files) if isinstance(resource, Collection))


def _resources(files: Iterable[Path]) -> Iterator[Resource]:
    for file in files:
        for document in documents(file.read_text(encoding="utf-8"), str(file)):
            yield parse(document)


def _provider_files() -> list[Path]:
    files = []
    for module in pkgutil.iter_modules():
        if module.ispkg and module.name.startswith(_PREFIX) and isinstance(module.module_finder, FileFinder):
            file = Path(module.module_finder.path) / module.name / _FILE
            if file.is_file():
                files.append(file)
    return files
