"""Where a job's references are looked up: the given files first, then what is installed.

Of the files, the job's own namespace comes first and any other after it: which namespace an operator would take
for its catalogue is a setting that is not known here, and whoever gives a file means it to be found.
"""

import functools
import pkgutil
from collections.abc import Iterable
from importlib.machinery import FileFinder
from pathlib import Path
from typing import TypeVar

from referee.api.collection import Collection
from referee.api.documents import documents
from referee.api.manifest import parse
from referee.api.provider import Provider
from referee.local.bundle import Bundle

_PREFIX = "referee_"
"""Adapter packages are called so (see `adapters/`); one from elsewhere joins in by its name alone."""
_FILE = "provider.yaml"

Entry = TypeVar("Entry", Provider, Collection)


class LocalCatalogue:
    """`core.resolve.Catalogue` for one job among given files."""

    def __init__(self, bundle: Bundle, namespace: str) -> None:
        self._bundle = bundle
        self._namespace = namespace

    def provider(self, id_: str) -> Provider | None:
        """The provider of that id."""
        given = self._find(self._bundle.providers, id_)
        return given or next((p for p in built_in_providers() if p.id == id_), None)

    def collection(self, id_: str) -> Collection | None:
        """The collection of that id."""
        return self._find(self._bundle.collections, id_)

    def known_providers(self) -> list[str]:
        """Every id that could be meant, for messages."""
        return sorted({p.id for p in (*self._bundle.providers, *built_in_providers())})

    def _find(self, entries: Iterable[Entry], id_: str) -> Entry | None:
        found = [entry for entry in entries if entry.id == id_]
        return next((e for e in found if e.metadata.namespace == self._namespace), found[0] if found else None)


@functools.cache
def built_in_providers() -> tuple[Provider, ...]:
    """The providers of the adapter packages that are installed beside Referee.

    Their files are read, their code is not imported: that is the adapter's process's business.
    """
    found = []
    for file in _provider_files():
        for document in documents(file.read_text(encoding="utf-8"), str(file)):
            resource = parse(document)
            if isinstance(resource, Provider):
                found.append(resource)
    return tuple(found)


def _provider_files() -> list[Path]:
    files = []
    for module in pkgutil.iter_modules():
        if module.ispkg and module.name.startswith(_PREFIX) and isinstance(module.module_finder, FileFinder):
            file = Path(module.module_finder.path) / module.name / _FILE
            if file.is_file():
                files.append(file)
    return files
