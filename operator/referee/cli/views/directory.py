"""A run from the directory that `referee run` or `referee import` left."""

import json
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from referee.api.documents import DocumentError, documents
from referee.cli.views.journal import JournalSamples, has_journal
from referee.local.attempts import RESULT_FILE
from referee.local.errors import LocalError
from referee.local.layout import attempt_directory
from referee.local.results import RESOURCE_FILE
from referee.report.runview import Document, RunView, mapping, objects

_SAMPLES = Path("data", "samples.jsonl")


def is_results_directory(path: Path) -> bool:
    """Whether a run's results are there."""
    return (path / RESOURCE_FILE).is_file()


def read_directory(path: Path) -> RunView:
    """The run of a results directory.

    Raises:
        LocalError: it is none, or what is in it cannot be read.
    """
    file = path / RESOURCE_FILE
    try:
        found = list(documents(file.read_text(encoding="utf-8"), str(file)))
    except OSError as error:
        runs = ", ".join(sorted(str(inside.parent) for inside in path.glob(f"*/{RESOURCE_FILE}"))[:5])
        hint = f"name one of {runs}" if runs else "name the directory of one job, such as referee-results/JOB"
        raise LocalError([f"{file}: {error.strerror or error}; {hint}"]) from None
    except (UnicodeDecodeError, DocumentError) as error:
        raise LocalError([f"{file}: cannot be read: {error}"]) from None
    if len(found) != 1 or found[0].get("kind") != "EvaluationJob":
        raise LocalError([f"{file}: must hold one EvaluationJob; it is written by `referee run`"])
    job = found[0]
    return RunView(job, dict(_results(path, job)), _Samples(path, job).records, str(path))


def _attempts(path: Path, job: Document) -> Iterator[tuple[int, Path]]:
    """The directory of the attempt that counts, for each benchmark."""
    for benchmark in objects(mapping(job.get("status")).get("benchmarks")):
        index, attempt = benchmark.get("index"), benchmark.get("attempt")
        if isinstance(index, int) and isinstance(attempt, int):
            yield index, attempt_directory(path, index, attempt)


def _results(path: Path, job: Document) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for index, directory in _attempts(path, job):
        file = directory / RESULT_FILE
        if file.is_file():
            try:
                found = json.loads(file.read_text(encoding="utf-8"))
            except (OSError, ValueError, RecursionError) as error:
                raise LocalError([f"{file}: cannot be read: {error}"]) from None
            if isinstance(found, dict):
                yield index, found


class _Samples:
    """The samples of a directory: those of its journal, or else those of the adapters' files."""

    def __init__(self, path: Path, job: Document) -> None:
        self._path, self._job = path, job
        self._journal = JournalSamples(path, job) if has_journal(path) else None

    def records(self) -> Iterator[Document]:
        found = self._journal.records() if self._journal is not None else iter(())
        first = next(found, None)
        return chain([first], found) if first is not None else self._files()

    def _files(self) -> Iterator[Document]:
        for index, directory in _attempts(self._path, self._job):
            if (file := directory / _SAMPLES).is_file():
                yield from ({**record, "benchmark_index": index} for record in read_lines(file))


def read_lines(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, one after another.

    Raises:
        LocalError: it cannot be read, or a line is no object.
    """
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _object(line, f"{file} line {number}")
    except (OSError, UnicodeDecodeError) as error:
        raise LocalError([f"{file}: cannot be read: {error}"]) from None


def _object(line: str, place: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LocalError([f"{place}: no JSON: {error}"]) from None
    if not isinstance(found, dict):
        raise LocalError([f"{place}: must be an object, is {type(found).__name__}"])
    return found
