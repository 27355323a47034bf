"""The files that a command was given, read into what a cluster would hold after `kubectl apply`.

Everything is read before anything runs, and everything that is wrong is told at once. A kind that a run does not
need (the Service of the model, say) is left out with a note: the same files can then be applied to a cluster.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from referee.api import names
from referee.api.collection import Collection
from referee.api.dataset import Dataset
from referee.api.documents import DocumentError, documents
from referee.api.evaluationjob import EvaluationJob
from referee.api.evaluator import Evaluator
from referee.api.manifest import KINDS, ManifestError, Resource, parse
from referee.api.provider import Provider
from referee.core.checks.standing import Around, standing
from referee.local.errors import LocalError
from referee.local.objects import KeyedObject, ObjectError, claim, config_map, secret
from referee.local.sources import Source, sources

DEFAULT_NAMESPACE = "default"
"""Where an object without a namespace is, as with kubectl."""
_KEYED: dict[str, Callable[[Mapping[str, Any]], KeyedObject]] = {"ConfigMap": config_map, "Secret": secret}

_Checked = TypeVar("_Checked", Evaluator, Dataset)
_Entry = TypeVar("_Entry", Provider, Collection, Evaluator, Dataset)
_NOTHING = Around(provider=lambda _: None, runs=lambda _: ())
"""What of files can be checked file by file."""


@dataclass(slots=True)
class Bundle:
    """Everything that the files hold."""

    jobs: list[EvaluationJob] = field(default_factory=list)
    providers: list[Provider] = field(default_factory=list)
    collections: list[Collection] = field(default_factory=list)
    evaluators: list[Evaluator] = field(default_factory=list)
    datasets: list[Dataset] = field(default_factory=list)
    keyed: list[KeyedObject] = field(default_factory=list)
    """ConfigMaps, Secrets, and claims that have a directory here."""
    notes: list[str] = field(default_factory=list)
    """What was left out, for people."""


def read(arguments: Iterable[str], now: datetime, namespace: str = DEFAULT_NAMESPACE) -> Bundle:
    """Read what the arguments name.

    Args:
        arguments: files, directories and `-`.
        now: becomes the jobs' creation time.
        namespace: of what names none.

    Raises:
        LocalError: with everything that is wrong.
    """
    reader = _Reader(now, namespace)
    for argument in arguments:
        try:
            for source in sources(argument):
                reader.read(source)
        except LocalError as error:
            reader.problems += error.problems
    if reader.problems:
        raise LocalError(reader.problems)
    return reader.bundle


class _Reader:
    """Takes document after document in.

    Attributes:
        bundle: what was taken.
        problems: what was not, and why.
    """

    def __init__(self, now: datetime, namespace: str) -> None:
        self.bundle = Bundle()
        self.problems: list[str] = []
        self._now = now
        self._namespace = namespace
        self._first: dict[tuple[str, str, str], str] = {}

    def read(self, source: Source) -> None:
        try:
            for document in documents(source.text, source.name):
                self._take(document, source)
        except DocumentError as error:
            self.problems.append(str(error))

    def _take(self, document: dict[str, Any], source: Source) -> None:
        version, kind = str(document.get("apiVersion") or ""), str(document.get("kind") or "")
        ours = version.startswith(f"{names.GROUP}/") or kind in KINDS or not (version and kind)
        try:
            if ours:
                resource = parse(_placed(document, self._namespace))
                self._once(resource.kind, resource.metadata.namespace, resource.metadata.name, source)
                self._add(resource, source)
            elif version == "v1" and (keyed := _keyed(kind, _placed(document, self._namespace), source)):
                self._once(kind, keyed.namespace, keyed.name, source)
                self.bundle.keyed.append(keyed)
            else:
                self.bundle.notes.append(f"{source.name}: {kind} {_name(document)} is not needed here and left out")
        except ManifestError as error:
            self.problems += [f"{source.name}: {problem}" for problem in error.problems]
        except ObjectError as error:
            self.problems.append(f"{source.name}: {kind} {_name(document)}: {error}")

    def _add(self, resource: Resource, source: Source) -> None:
        match resource:
            case EvaluationJob():
                given = {"uid": str(uuid.uuid4()), "generation": 1, "creation_timestamp": self._now}
                created = resource.metadata.model_copy(update=given)
                self.bundle.jobs.append(resource.model_copy(update={"metadata": created}))
            case Provider():
                self.bundle.providers.append(_anchored(self._named(resource, source), source.directory))
            case Collection():
                self.bundle.collections.append(self._named(resource, source))
            case Evaluator():
                self.bundle.evaluators.append(self._checked(self._named(resource, source), source))
            case Dataset():
                self.bundle.datasets.append(self._checked(self._named(resource, source), source))

    def _named(self, entry: _Entry, source: Source) -> _Entry:
        """Refuse a second object of one id, as a cluster says DuplicateID of it."""
        self._once(f"{entry.kind} of id", entry.metadata.namespace, entry.id, source)
        return entry

    def _checked(self, entry: _Checked, source: Source) -> _Checked:
        """Refuse what a cluster would say Ready=False of; there is nobody here to read that later."""
        claim = standing(entry, _NOTHING).claim
        if claim.status == "False":
            self.problems.append(f"{source.name}: {entry.kind} {entry.metadata.name}: {claim.message}")
        return entry

    def _once(self, what: str, namespace: str, name: str, source: Source) -> None:
        """Refuse a second object of one name: which of the two was meant, nobody can say."""
        key = (what, namespace, name)
        if key in self._first:
            said = f"a second {what} {name} (the first is in {self._first[key]}): leave one out"
            self.problems.append(f"{source.name}: {said}")
        self._first.setdefault(key, source.name)


def _keyed(kind: str, document: dict[str, Any], source: Source) -> KeyedObject | None:
    """A ConfigMap, a Secret, or a claim that has a directory here; None: something that a run does not need."""
    if kind == "PersistentVolumeClaim":
        return claim(document, source.directory)
    return _KEYED[kind](document) if kind in _KEYED else None


def _name(document: Mapping[str, Any]) -> str:
    metadata = document.get("metadata")
    return str(metadata.get("name") or "(without a name)") if isinstance(metadata, Mapping) else "(without a name)"


def _placed(document: dict[str, Any], namespace: str) -> dict[str, Any]:
    """The document in a namespace; malformed metadata is left to whoever reads its kind."""
    metadata = document.get("metadata")
    if metadata is not None and not isinstance(metadata, Mapping):
        return document
    placed = {**(metadata or {})}
    placed["namespace"] = placed.get("namespace") or namespace
    return {**document, "metadata": placed}


def _anchored(provider: Provider, directory: Path) -> Provider:
    """The provider with the relative paths of its localCommand made absolute, from the directory of its file.

    An adapter runs in a directory of its own, where `./adapter.py` is not.
    """
    adapter = provider.spec.adapter
    if adapter is None:
        return provider
    command = [str(directory / part) if part.startswith(("./", "../")) else part for part in adapter.local_command]
    adapter = adapter.model_copy(update={"local_command": command})
    return provider.model_copy(update={"spec": provider.spec.model_copy(update={"adapter": adapter})})
