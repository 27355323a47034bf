"""Which files of a source are read, and as what.

A source is a file, or a directory that was mounted or fetched. Of a directory its one data file is read, or all of
them where they are parts of one format, in the order of their names: large sets come in shards. Two formats side by
side are refused; whichever was taken, it would be a guess.
"""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from referee_evaluators.data.problems import DataError

_FORMAT_OF: Final[Mapping[str, str]] = {
    ".jsonl": "JSONL",
    ".ndjson": "JSONL",
    ".json": "JSON",
    ".csv": "CSV",
    ".parquet": "Parquet",
}
_MOUNTED = "/test_data"
"""Where a pod has it; the job spec is the same on a machine that has it elsewhere."""


def found(source: Mapping[str, Any], root: Path) -> tuple[str, list[Path]]:
    """The format and the files, in order.

    Args:
        source: `path`, and `format` where the names do not say it.
        root: where test data lies here; what a job spec calls /test_data, and what a relative path starts from.

    Raises:
        DataError: there is none, or it is not clear which.
    """
    given = PurePosixPath(str(source.get("path") or "."))
    path = root / (given.relative_to(_MOUNTED) if given.is_relative_to(_MOUNTED) else given)
    wanted = source.get("format")
    if not path.exists():
        raise DataError([f"{path}: is not there: correct the path of the dataset's file"])
    if not path.is_dir():
        return str(wanted or _known(path)), [path]
    inside = _inside(path)
    files = [file for file in inside if wanted is None or _FORMAT_OF.get(file.suffix.lower(), wanted) == wanted]
    if wanted is None:
        files = [file for file in files if file.suffix.lower() in _FORMAT_OF]
    formats = {str(wanted or _known(file)) for file in files}
    if not files:
        raise DataError([f"{path}: holds no data file, but {_names(inside)}: name one, and its format"])
    if len(formats) > 1:
        raise DataError([f"{path}: holds files of several formats ({_names(files)}): name one, or a format"])
    return formats.pop(), files


def _inside(path: Path) -> list[Path]:
    """Files, deep, in the order of their names; hidden ones are the machinery of mounts and clones."""
    files = (file for file in path.rglob("*") if file.is_file())
    return sorted(file for file in files if not any(part.startswith(".") for part in file.relative_to(path).parts))


def _known(path: Path) -> str:
    known = _FORMAT_OF.get(path.suffix.lower())
    if known is None:
        raise DataError([f"{path}: its format is not known by its name: say which, JSONL, JSON, CSV or Parquet"])
    return known


def _names(files: list[Path]) -> str:
    shown = ", ".join(file.name for file in files[:5])
    return f"{shown}, …" if len(files) > 5 else shown or "nothing"  # noqa: PLR2004
