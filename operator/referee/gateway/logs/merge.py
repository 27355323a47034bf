"""The one order of all lines of a job, of which every answer is a beginning.

Who watches a log asks again and again and takes what is new at the end, so a later answer must begin with the earlier
one, also while several benchmarks write at once, one is retried, and every request may go to another replica. So
nothing is remembered between requests: the order is a function of the lines alone, and what may still get lines
before it is held back.

- One benchmark is a sequence: attempt after attempt, pod after pod, container after container; the next one begins
  when the one before has ended.
- Benchmarks are merged by time in slices of two seconds, so that a reader finds more than a line under each header.
  While another benchmark may still write, a slice is shown two seconds after its end: so late may a new container,
  or another node's line, become known. The nodes' clocks are taken to agree within about a second.

Rejected: sections one after the other, each benchmark's whole, as EvalHub has it: what grows in the middle is told
again to whoever watches.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge

from referee.gateway.logs.lines import SECOND, Line

SLICE = 2 * SECOND
HOLD = 2 * SECOND

Place = tuple[int, int, int, int]
"""Slice, benchmark, source of the benchmark, line of the source: the order."""


@dataclass(frozen=True, slots=True)
class Source:
    """What one container of one pod has written."""

    pod: str
    container: str
    index: int
    attempt: int
    lines: Sequence[Line]
    ended: bool
    first: int | None
    """When it wrote its first line, which may no longer be among `lines`."""
    skipped: int = 0
    """Lines that stood before `lines`."""
    block: bool = False
    """Known only when it is over (a helper that failed): all of it counts as written at its end."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One benchmark."""

    index: int
    sources: Sequence[Source]
    open: bool
    """There may be more lines, of these sources or of others."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A line in the order."""

    place: Place
    source: Source
    line: Line


def merged(streams: Sequence[Stream], now: int) -> Iterator[Placed]:
    """What can be shown by now, in order: up to the first line before which another may still come."""
    held = (now - HOLD) // SLICE
    writing = {stream.index for stream in streams if stream.open}
    for placed in merge(*map(_placed, streams), key=lambda placed: placed.place):
        part, index, _, _ = placed.place
        if part >= held and writing - {index}:
            return
        yield placed


def _placed(stream: Stream) -> Iterator[Placed]:
    """The lines of a benchmark, up to what comes after one that still writes."""
    latest = 0
    for position, source in enumerate(sorted(stream.sources, key=_turn)):
        moved = source.lines[-1].at if source.block and source.lines else 0
        for number, line in enumerate(source.lines, source.skipped):
            latest = max(latest, line.at, moved)
            yield Placed((latest // SLICE, stream.index, position, number), source, line)
        if not source.ended:
            return


def _turn(source: Source) -> tuple[int, bool, int, str, bool, str]:
    silent = source.first is None
    return source.attempt, silent, source.first or 0, source.pod, source.block, source.container
