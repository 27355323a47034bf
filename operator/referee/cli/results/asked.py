"""What `referee results` is asked for, as its arguments say it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from referee.cli.remote.flags import Flags

Format = Literal["table", "json", "yaml", "jsonl", "csv", "figures", "junit", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)
_SUFFIXES: dict[str, Format] = {
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".xml": "junit",
    ".html": "html",
    ".htm": "html",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The command's arguments."""

    target: str
    """A job's name, or a results directory."""
    format: Format = "table"
    file: Path | None = None
    """Where to write; None: the standard output."""
    exit_code: bool = False
    """End as the job did, and not with 0."""
    against: str | None = None
    """Another run to show beside this one; unset: the job's baseline."""
    worst: int = 100
    """Samples in a report."""


def chosen(given: str | None, file: Path | None) -> Format:
    """The format that is named, else that of the file's name, else a table.

    Raises:
        ValueError: what is given as a file is the name of a format.
    """
    if file is not None and file.name in FORMATS and file.name == str(file):
        raise ValueError(f"-o {file}: is the file to write; the format is --format {file}")
    if given is not None:
        return next(known for known in FORMATS if known == given)
    return _SUFFIXES.get(file.suffix.lower(), "table") if file is not None else "table"


def is_here(target: str, flags: Flags) -> bool:
    """Whether a directory of this machine is meant: a path, or the name of one where no other place is named."""
    if "/" in target or target in (".", ".."):
        return True
    elsewhere = flags.context or flags.gateway or flags.namespace
    return not elsewhere and (Path(target) / "evaluationjob.yaml").is_file()
