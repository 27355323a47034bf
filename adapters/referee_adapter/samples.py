"""Per-sample records, one JSON object a line: a file in the run's data directory, and its way to the results store.

Written as they come and flushed to disk at the end, then posted before the result: whoever has read the result finds
the samples complete. A line is never rewritten, so a run that was killed leaves whole lines but for the last. Samples
that do not arrive are a warning: the numbers are the result, and the records stay in the file.
"""

import json
import logging
import math
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from referee_adapter.events import Delivery, EventPoster

FILE = "samples.jsonl"
_CHUNK = 1024 * 1024
"""Bytes of one post; little is sent again when one breaks."""
_log = logging.getLogger(__name__)


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


def upload_samples(file: Path, poster: EventPoster, seconds: float, stopping: Callable[[], bool]) -> None:
    """Post what the run wrote, if it wrote any and if somebody takes it.

    Args:
        file: the records.
        poster: how to post.
        seconds: how long one part is tried.
        stopping: asked before each part: there is no time left for the rest.
    """
    try:
        with file.open("rb") as lines:
            for part in _parts(lines):
                if stopping():
                    _log.warning("samples were not posted to the end: told to stop")
                    return
                delivery = poster.post_samples(part, seconds, stopping)
                if delivery is Delivery.NOWHERE:
                    return
                if delivery is not Delivery.ACKNOWLEDGED:
                    _log.warning("samples were not posted to the end: %s; they are in %s", delivery.value, file)
                    return
    except FileNotFoundError:
        return
    except OSError as error:
        _log.warning("samples were not posted: %s", error)


def _parts(lines: BinaryIO) -> Iterator[bytes]:
    """Whole lines, about so much at once; a last one without its end was being written, and is left out."""
    part, size = [], 0
    for line in lines:
        if not line.endswith(b"\n"):
            break
        part.append(line)
        size += len(line)
        if size >= _CHUNK:
            yield b"".join(part)
            part, size = [], 0
    if part:
        yield b"".join(part)
