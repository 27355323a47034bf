"""The journal as a file in the run's data directory, where the host keeps none.

A line is written with one system call and is then the kernel's: it outlives the process, however that ends, which is
what a journal is for; it is not synced to the disk, since who loses the machine loses the directory, too. A last line
without its end was being written and is cut off. The frame posts the file at the end to whoever takes samples.
"""

import os
from pathlib import Path

from referee_adapter import Failure
from referee_adapter.samples import FILE
from referee_evaluators.journal.past import Past
from referee_evaluators.journal.port import Of


class FileJournal:
    """One file."""

    def __init__(self, directory: Path) -> None:
        """Open it, or make it."""
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._path = directory / FILE
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)

    async def read(self, of: Of) -> Past:
        """The lines that are there; of other runs nothing is known here."""
        past = Past(self._directory)
        if of == "run":
            whole = 0
            with self._path.open("rb") as lines:
                for line in lines:
                    if not line.endswith(b"\n"):
                        break
                    past.add(line)
                    whole += len(line)
            os.ftruncate(self._file, whole)
        past.seal()
        return past

    async def put(self, line: bytes) -> None:
        """Write a line."""
        try:
            written = os.write(self._file, line)
        except OSError as error:
            raise Failure("ScratchFull", f"{self._path}: {error}", retryable=True) from error
        if written < len(line):
            raise Failure("ScratchFull", f"{self._path}: the volume is full", retryable=True)

    async def close(self) -> None:
        """Close the file."""
        os.close(self._file)
