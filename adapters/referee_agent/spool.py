"""The events that wait for delivery, one file each, in the order in which the adapter posted them.

    00000007.event       waits
    00000007.delivered   a final result that the gateway has; its summary is still wanted
    00000007.refused     what is left to say of a final result that nobody will have

A file is complete before it has its name, and both it and its directory are on the disk before the event counts as
taken: whatever kills the agent, a restarted one reads the directory and goes on. An event that was delivered and not
yet renamed is delivered again, which the gateway takes for what it is. Events that say how far the run is replace each
other while they wait, so an adapter that talks much cannot fill the spool while the gateway is away.

Rejected: one log file with an offset, which saves a file per event and needs a format, a repair and a compaction.
"""

import contextlib
import json
import os
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from referee_agent.events import Event, Json, parse
from referee_agent.settings import Job


class SpoolFull(Exception):  # noqa: N818 - a state
    """No room for another event; the text says what holds it."""


class SpoolClosed(Exception):  # noqa: N818 - a state
    """The agent is about to leave."""


@dataclass(eq=False, slots=True)
class Entry:
    """One event."""

    number: int
    size: int
    event: Event
    sending: bool = False


@dataclass(frozen=True, slots=True)
class Final:
    """A final result and what became of it."""

    result: Json
    delivered: bool = False
    refused: bool = False
    """Nobody will have it."""


class Spool:
    """A durable queue. Safe to use from several threads; one of them takes out."""

    def __init__(self, directory: Path, job: Job, limit: int) -> None:
        self._directory = directory
        self._limit = limit
        self._changed = threading.Condition()
        self._waiting: deque[Entry] = deque()
        self._finals: dict[int, Final] = {}
        self._bytes = 0
        self._last = 0
        self._closed = False
        directory.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(directory, os.O_RDONLY)
        self._read(job)

    def append(self, raw: bytes, event: Event) -> None:
        """Keep an event; on return it survives whatever happens to the agent.

        Raises:
            SpoolFull: it is too much.
            SpoolClosed: the agent is leaving.
            OSError: the disk does not take it.
        """
        with self._changed:
            if self._closed:
                raise SpoolClosed("the agent is leaving")
            if self._bytes + len(raw) > self._limit:
                raise SpoolFull(f"{len(self._waiting)} events of {self._bytes} bytes wait for the gateway already")
            number = self._last + 1
            self._write(f"{number:08}.event", raw)
            self._last = number
            self._add(Entry(number, len(raw), event))
            self._changed.notify_all()

    def head(self, timeout: float) -> tuple[Entry, bytes] | None:
        """The event to deliver next, None if there is none for that many seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._waiting, timeout):
                return None
            entry = self._waiting[0]
            entry.sending = True
            return entry, self._path(entry, "event").read_bytes()

    def again(self, entry: Entry) -> None:
        """It was not delivered and will be tried again, unless a newer one has made it worthless."""
        with self._changed:
            entry.sending = False
            after = self._waiting[1] if len(self._waiting) > 1 else None
            if after is not None and entry.event.replaceable and after.event.replaceable:
                self._drop(entry)

    def delivered(self, entry: Entry) -> None:
        """The gateway has it."""
        with self._changed:
            if entry.event.result is not None:
                self._finals[entry.number] = Final(entry.event.result, delivered=True)
                with contextlib.suppress(OSError):  # the gateway has it; only an agent started anew would not know
                    self._rename(entry, "delivered")
            self._drop(entry)

    def refused(self, entry: Entry, instead: Json | None = None) -> None:
        """The gateway will never have it; `instead` is what is left to say, if not the result itself."""
        with self._changed:
            left = entry.event.result if instead is None else instead if entry.event.ends else None
            if left is not None:
                self._give_up(entry.number, left)
            self._drop(entry)

    def lost(self, instead: Json) -> None:
        """Something was not taken that may have been the result; this is left to say."""
        with self._changed:
            self._last += 1
            self._give_up(self._last, instead)

    def final(self) -> Final | None:
        """The final result that counts: the first that the gateway has not refused, else the last that it has."""
        with self._changed:
            finals = [self._finals[number] for number in sorted(self._finals)]
        return next((final for final in finals if not final.refused), finals[-1] if finals else None)

    def close_if_empty(self) -> bool:
        """Take nothing more, if nothing waits; True if so. Whatever was taken before is waiting or delivered."""
        with self._changed:
            self._closed = not self._waiting
            return self._closed

    def __len__(self) -> int:
        return len(self._waiting)

    def _read(self, job: Job) -> None:
        """What an agent before this one has left; an event that is refused already may still have its own file."""
        for path in self._directory.glob("*.new"):
            path.unlink()
        for path in self._directory.glob("*.refused"):
            self._finals[_number(path)] = Final(json.loads(path.read_bytes()), refused=True)
            path.with_suffix(".event").unlink(missing_ok=True)
        for path in self._directory.glob("*.delivered"):
            if (result := parse(path.read_bytes(), job.id, job).result) is not None:
                self._finals[_number(path)] = Final(result, delivered=True)
        for path in sorted(self._directory.glob("*.event")):
            raw = path.read_bytes()
            self._add(Entry(_number(path), len(raw), parse(raw, job.id, job)))
        self._last = max((_number(path) for path in self._directory.iterdir()), default=0)

    def _give_up(self, number: int, result: Json) -> None:
        self._finals[number] = Final(result, refused=True)
        with contextlib.suppress(OSError):  # the termination message says it; a full disk must not end the deliveries
            self._write(f"{number:08}.refused", json.dumps(result).encode())

    def _add(self, entry: Entry) -> None:
        before = self._waiting[-1] if self._waiting else None
        if before is not None and not before.sending and before.event.replaceable and entry.event.replaceable:
            self._drop(before)
        self._waiting.append(entry)
        self._bytes += entry.size
        if entry.event.result is not None:
            self._finals[entry.number] = Final(entry.event.result)

    def _drop(self, entry: Entry) -> None:
        self._waiting.remove(entry)
        self._bytes -= entry.size
        with contextlib.suppress(OSError):  # as above
            self._path(entry, "event").unlink(missing_ok=True)

    def _write(self, name: str, content: bytes) -> None:
        new = self._directory / f"{name.partition('.')[0]}.new"
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.rename(self._directory / name)
        os.fsync(self._descriptor)

    def _rename(self, entry: Entry, state: str) -> None:
        self._path(entry, "event").rename(self._path(entry, state))
        os.fsync(self._descriptor)

    def _path(self, entry: Entry, state: str) -> Path:
        return self._directory / f"{entry.number:08}.{state}"


def _number(path: Path) -> int:
    return int(path.stem)
