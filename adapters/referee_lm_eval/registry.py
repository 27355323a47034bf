"""Which files of the harness define a task, group or tag: found without indexing the harness.

The harness's own index parses 14,000 YAML files at each start, 6 to 20 CPU seconds; a job needs one to sixty of
them. Reading all files and matching four keys at the start of a line costs half a second, and the harness then
parses only the files found here. A generated list for the catalogue's benchmarks was rejected: it would be a
second truth beside the installed harness, and `parameters.task` may name any task.

Names, groups and tags follow the harness: the first file in path order defines a name, and a file without tags of
its own has those of the file that it includes.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import yaml

_KEY = rb"^[\"']?%s[\"']?[ \t]*:[ \t]*"
_VALUE = rb"[\"']?([^\s\"'#\[\]{}][^\"'#\n]*?)[\"']?[ \t]*(?:#.*)?\r?$"
_TASK = re.compile(_KEY % b"task" + _VALUE, re.MULTILINE)
_GROUP = re.compile(_KEY % b"group" + _VALUE, re.MULTILINE)
_CLASS = re.compile(_KEY % b"class", re.MULTILINE)
_TAG = re.compile(_KEY % b"tag" + _VALUE, re.MULTILINE)
_TAGS = re.compile(_KEY % b"tag" + rb"[^\n]*(?:\n[ \t]*-[ \t]*[^\n]+)*", re.MULTILINE)
_INCLUDE = re.compile(_KEY % b"include" + _VALUE, re.MULTILINE)
_LONGEST_FILE = 1 << 20
_SKIPPED = {"__pycache__", ".ipynb_checkpoints"}


@dataclass(frozen=True, slots=True)
class Definition:
    """What one YAML file defines."""

    path: str
    name: str
    tags: tuple[str, ...]


class Registry:
    """The task files below some directories; a later directory's names win."""

    def __init__(self, roots: Iterable[Path]) -> None:
        self._by_name: dict[str, Definition] = {}
        self._by_tag: dict[str, list[Definition]] = {}
        for root in roots:
            found: dict[str, Definition] = {}
            for path in sorted(_yaml_files(root)):
                if definition := _definition(path):
                    found.setdefault(definition.name, definition)
            self._by_name |= found
        for definition in self._by_name.values():
            for tag in definition.tags:
                self._by_tag.setdefault(tag, []).append(definition)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name or name in self._by_tag

    def path(self, name: str) -> Path | None:
        """The file that defines a task or a group; None for a tag and for what is unknown."""
        definition = self._by_name.get(name)
        return Path(definition.path) if definition else None

    def similar(self, name: str) -> list[str]:
        """Known names that look like `name`, for an error message."""
        return get_close_matches(name, self._by_name, cutoff=0.75)

    def files(self, name: str) -> list[Path]:
        """Every file needed to load a task, group or tag, members of members included."""
        found: dict[Path, None] = {}
        waiting, seen = [name], {name}
        while waiting:
            current = waiting.pop()
            definition = self._by_name.get(current)
            members: Iterable[str] = [tagged.name for tagged in self._by_tag.get(current, [])]
            if definition:
                path = Path(definition.path)
                found[path] = None
                members = group_members(path)
            for member in members:
                if member not in seen:
                    seen.add(member)
                    waiting.append(member)
        return list(found)


def group_members(path: Path) -> list[str]:
    """What a group's file lists under `task`; nothing for a task."""
    listed = read_yaml(path).get("task")
    return list(_member_names(listed)) if isinstance(listed, list) else []


def read_yaml(path: Path) -> dict[str, object]:
    """A task file as it stands: includes not followed, functions as their names."""
    document = yaml.load(path.read_bytes(), Loader=_Tolerant)  # noqa: S506 - a SafeLoader
    return document if isinstance(document, dict) else {}


class _Tolerant(yaml.SafeLoader):
    """Reads `!function module.name` as text, so that looking at a file runs nothing."""


def _function_name(_loader: yaml.SafeLoader, node: yaml.Node) -> str:
    return str(node.value)


_Tolerant.add_constructor("!function", _function_name)


def _member_names(listed: list[object]) -> Iterator[str]:
    for item in listed:
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            inner = item.get("task")
            if isinstance(inner, list):
                yield from _member_names(inner)
            yield from (value for value in (inner, item.get("group")) if isinstance(value, str))


def _yaml_files(root: Path) -> Iterator[str]:
    # Strings and os.read, not pathlib: with 14,000 files that is the difference between 0.4 and 1.2 CPU seconds.
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in _SKIPPED and not name.startswith("..")]
        yield from (os.path.join(folder, name) for name in files if name.endswith(".yaml"))  # noqa: PTH118 - 14,000


def _definition(path: str) -> Definition | None:
    content = _read(path)
    group = _GROUP.search(content) if b"group" in content else None
    if group and not _CLASS.search(content):
        return Definition(path, group[1].decode(), ())
    task = _TASK.search(content)
    return Definition(path, task[1].decode(), _tags(path, content)) if task else None


def _tags(path: str, content: bytes) -> tuple[str, ...]:
    if b"tag" in content and (match := _TAGS.search(content)):
        if scalar := _TAG.fullmatch(match[0]):
            return (scalar[1].decode(),)
        tags = yaml.safe_load(match[0])["tag"]
        return (tags,) if isinstance(tags, str) else tuple(tags or ())
    if include := _INCLUDE.search(content):
        return _tags_of_file(os.path.join(os.path.dirname(path), include[1].decode()))  # noqa: PTH118, PTH120
    return ()


@cache
def _tags_of_file(path: str) -> tuple[str, ...]:
    return _tags(path, _read(path)) if os.path.isfile(path) else ()  # noqa: PTH113


def _read(path: str) -> bytes:
    handle = os.open(path, os.O_RDONLY)
    try:
        return os.read(handle, _LONGEST_FILE)
    finally:
        os.close(handle)
