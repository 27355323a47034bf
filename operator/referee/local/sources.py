"""The texts behind the arguments of a command: files, directories, the standard input, as kubectl takes them."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from referee.local.errors import LocalError

_SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Source:
    """One file."""

    name: str
    """For messages."""
    text: str
    directory: Path
    """What relative paths in it start from."""


def sources(argument: str) -> Iterator[Source]:
    """Read a file, every manifest of a directory (not of those inside it), or `-`.

    Raises:
        LocalError: it cannot be read.
    """
    if argument == "-":
        yield Source("standard input", sys.stdin.read(), Path.cwd())
        return
    path = Path(argument)
    try:
        if path.is_dir():
            files = sorted(file for file in path.iterdir() if file.suffix in _SUFFIXES and file.is_file())
            if not files:
                raise LocalError([f"{argument}: has no .yaml, .yml or .json file; name a file, or another directory"])
        else:
            files = [path]
        for file in files:
            yield Source(str(file), file.read_text(encoding="utf-8"), file.absolute().parent)
    except OSError as error:
        raise LocalError([f"{error.filename or argument}: {error.strerror or error}; check the path"]) from None
    except UnicodeDecodeError:
        raise LocalError([f"{argument}: is not UTF-8 text; give a YAML or JSON manifest"]) from None
