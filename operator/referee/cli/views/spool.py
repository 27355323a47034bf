"""Samples put down once as JSON lines in a file that has no name, and read from there as often as wanted.

A report reads them more than once, a second answer could be another one, and a million of them must need no memory.
"""

import json
import tempfile
import weakref
from collections.abc import Iterator
from typing import IO, Any


class Spool:
    """A file that goes with its last user."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with its last user, below
        weakref.finalize(self, self._file.close)

    def write(self, piece: bytes) -> None:
        """Take a piece of JSON lines in."""
        self._file.write(piece)

    def clear(self) -> None:
        """Forget all of it."""
        self._file.seek(0)
        self._file.truncate()

    def records(self) -> Iterator[dict[str, Any]]:
        """The objects, from the first one on; several readers may be under way, each at a place of its own."""
        place = 0
        while True:
            self._file.seek(place)
            line = self._file.readline()
            place = self._file.tell()
            if not line:
                return
            found = json.loads(line)
            if isinstance(found, dict):
                yield found
