"""From what the job names to loaded task objects of the harness.

A task file in the test data wins over the harness's own of that name: whoever brings one means it. The harness is
given a directory with links to the files needed, and nothing else, so it indexes these alone.

Local data (`data_files`) replaces a task's data set by a small file that includes the task and overrides three
keys; the task itself stays as the harness has it. Relative paths in a task file are relative to the test data,
which is the working directory while tasks are loaded.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from referee_adapter import Failure
from referee_lm_eval.parameters import Json, Parameters
from referee_lm_eval.registry import Registry, read_yaml

_FORMATS = {".jsonl": "json", ".json": "json", ".csv": "csv", ".tsv": "csv", ".parquet": "parquet", ".txt": "text"}
_LOCAL_PATHS = frozenset(_FORMATS.values()) | {"arrow"}


@dataclass(frozen=True, slots=True)
class Selection:
    """The files that one benchmark needs."""

    name: str
    files: tuple[Path, ...]
    test_data: Path | None
    overrides: Json

    @property
    def local(self) -> bool:
        """Whether all data comes from local files, so that no hub is needed."""
        if self.overrides:
            return True
        paths = [read_yaml(file).get("dataset_path") for file in self.files]
        return bool(paths) and all(path in _LOCAL_PATHS for path in paths)


def select(wanted: str, parameters: Parameters, test_data: Path) -> Selection:
    """Find the files of a task, group or tag.

    Args:
        wanted: its name, or the name of a task file in the test data.
        parameters: for `data_files`.
        test_data: where own task files and data lie; it may be absent.

    Raises:
        Failure: there is no such task, or `data_files` cannot be used with it.
    """
    own = Registry([test_data] if test_data.is_dir() else [])
    name = _own_name(wanted, test_data)
    registry = own if name in own else Registry([harness_tasks(), *([test_data] if test_data.is_dir() else [])])
    if name not in registry:
        near = registry.similar(name)
        hint = f"; similar: {', '.join(near)}" if near else ""
        raise Failure(
            "UnknownTask",
            f"task {wanted!r}: neither a task of the harness nor a task file under {test_data}{hint}",
            retryable=False,
        )
    files = tuple(registry.files(name))
    overrides = _overrides(parameters, test_data)
    if overrides and (len(files) != 1 or isinstance(read_yaml(files[0]).get("task"), list)):
        raise _bad_data_files(f"{name!r} is a group of tasks; name one of its tasks")
    return Selection(name, files, test_data if test_data.is_dir() else None, overrides)


def load(selection: Selection) -> dict[str, Any]:
    """Load the tasks with their data: `tasks`, `groups` and `group_map`, as the harness returns them.

    Raises:
        Failure: the data set cannot be had, or the task does not work.
    """
    from lm_eval.tasks import TaskManager  # noqa: PLC0415 - slow, and reads the environment

    with tempfile.TemporaryDirectory(prefix="tasks-") as folder, _working_directory(selection.test_data):
        for number, file in enumerate(selection.files):
            _place(file, Path(folder) / f"{number:05}.yaml", selection)
        manager = TaskManager(include_path=folder, include_defaults=False)
        try:
            loaded: dict[str, Any] = manager.load([selection.name])
        except Exception as error:
            raise _not_loaded(selection, error) from error
    return loaded


def harness_tasks() -> Path:
    """The harness's own task directory, without importing the harness."""
    spec = find_spec("lm_eval")
    if spec is None or spec.origin is None:
        raise Failure("HarnessMissing", "lm-eval is not installed in this environment", retryable=False)
    return Path(spec.origin).parent / "tasks"


def _own_name(wanted: str, test_data: Path) -> str:
    """The name that a file of the test data defines, where `wanted` is that file's name."""
    for candidate in (wanted, f"{wanted}.yaml"):
        file = test_data / candidate
        if candidate.endswith(".yaml") and ".." not in Path(candidate).parts and file.is_file():
            document = read_yaml(file)
            name = document.get("group") or document.get("task")
            if isinstance(name, str):
                return name
    return wanted


def _overrides(parameters: Parameters, test_data: Path) -> Json:
    """The keys that make a task read local files; empty where it keeps its own data."""
    given = parameters.data_files
    if given is None:
        return {}
    by_split = {"test": given} if isinstance(given, str) else given
    files = {split: str(_data_file(test_data, str(name))) for split, name in by_split.items()}
    suffixes = {Path(file).suffix for file in files.values()}
    if len(suffixes) != 1 or not suffixes <= _FORMATS.keys():
        raise _bad_data_files(f"one format of {', '.join(_FORMATS)} is needed, not {sorted(suffixes)}")
    return {"dataset_path": _FORMATS[suffixes.pop()], "dataset_name": None, "dataset_kwargs": {"data_files": files}}


def _data_file(test_data: Path, name: str) -> Path:
    if ".." in Path(name).parts or not (test_data / name).is_file():
        raise _bad_data_files(f"no file {name!r} under {test_data}")
    return test_data / name


def _bad_data_files(what: str) -> Failure:
    return Failure("InvalidParameters", f"parameters.data_files: {what}", retryable=False)


def _place(file: Path, link: Path, selection: Selection) -> None:
    if selection.overrides:
        document = {"include": str(file.resolve()), "task": selection.name, **selection.overrides}
        link.write_text(yaml.safe_dump(document), encoding="utf-8")
    else:
        link.symlink_to(file.resolve())


@contextlib.contextmanager
def _working_directory(path: Path | None) -> Iterator[None]:
    with contextlib.chdir(path) if path else contextlib.nullcontext():
        yield


def _not_loaded(selection: Selection, error: Exception) -> Failure:
    what = f"task {selection.name!r}: {type(error).__name__}: {error}"
    module = type(error).__module__.partition(".")[0]
    if isinstance(error, OSError) or module in ("datasets", "huggingface_hub", "httpx", "requests"):
        remedy = "give the data with testData and parameters.data_files, or let the pod reach the hub"
        return Failure("DatasetUnavailable", f"{what}; {remedy}", retryable=not selection.local)
    return Failure("TaskNotUsable", what, retryable=False)
