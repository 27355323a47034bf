"""Per-sample records, one JSON object a line, in the run's data directory.

Written as they come and flushed to disk at the end, before the result is posted: whoever has read the result finds
the samples complete. A line is never rewritten, so a run that was killed leaves whole lines but for the last.
"""

import json
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class SampleWriter:
    """Writes records to a file that it creates; a context manager."""

    def __init__(self, path: Path, redact: Callable[[str], str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="utf-8")
        self._redact = redact

    def write(self, record: Mapping[str, Any]) -> None:
        """Append one record. What JSON has no word for is written as null (NaN) or as text."""
        line = json.dumps(_plain(record), ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str)
        self._file.write(self._redact(line) + "\n")

    def close(self) -> None:
        """Flush to disk."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _plain(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
