"""Where data lands: plain files below one directory, and no more of them than is allowed.

Names come from whoever was asked: each is taken apart and checked before anything is written, and a file is opened so
that neither a link nor an earlier file of that name is followed. What was fetched packed is counted again unpacked.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from referee_agent.fetch.errors import Forbidden, NotFound, TooLarge
from referee_agent.fetch.guard import Guard

_MOST_FILES = 1_000_000


class Landing:
    """The target directory."""

    def __init__(self, directory: Path, guard: Guard) -> None:
        self.directory = directory
        self.bytes = 0
        self._files = 0
        self._guard = guard

    def clear(self) -> None:
        """Begin with nothing, whatever an earlier try has left."""
        self.bytes = self._files = 0
        for entry in self.directory.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    @contextmanager
    def file(self, name: str, mode: int = 0o644) -> Iterator["Writer"]:
        """A new file of this name.

        Raises:
            FetchError: the name is none, or there are too many files.
        """
        self._files += 1
        if self._files > _MOST_FILES:
            raise TooLarge(f"the data has over {_MOST_FILES} files")
        path = self.directory.joinpath(*parts(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        with os.fdopen(descriptor, "wb") as file:
            yield Writer(self, file)

    def adopt(self, directory: Path) -> None:
        """Take over what a library has written, which must be plain files."""
        if not directory.is_dir():
            raise NotFound("the source has no such subPath, or nothing is in it")
        for path in sorted(directory.rglob("*")):
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                raise Forbidden(f"{path.relative_to(directory)} is neither a file nor a directory")
            if path.is_file():
                self.count(path.stat().st_size)
        for path in sorted(directory.iterdir()):
            path.rename(self.directory / path.name)

    def expect(self, size: int) -> None:
        """Say at once that what is announced is too much.

        Raises:
            TooLarge: it is.
        """
        if size > self._guard.limit:
            raise self._guard.too_large()

    def count(self, size: int) -> None:
        """Count what is about to be written."""
        self.bytes += size
        if self.bytes > self._guard.limit:
            raise self._guard.too_large()


class Writer:
    """A file that is being written."""

    def __init__(self, landing: Landing, file: BinaryIO) -> None:
        self._landing = landing
        self._file = file

    def write(self, piece: bytes) -> None:
        """Write, if that is not too much."""
        self._landing.count(len(piece))
        self._file.write(piece)


def parts(name: str) -> list[str]:
    """The segments of a name, which leads nowhere but down.

    Raises:
        FetchError: it does not.
    """
    segments = name.split("/")
    if any(segment in ("", ".", "..") or "\0" in segment or "\\" in segment for segment in segments):
        raise Forbidden(f"the source has a file of the name {name!r}, which is no path below a directory")
    return segments
