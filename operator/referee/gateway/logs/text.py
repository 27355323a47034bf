"""Lines as text: one benchmark's bare, a whole job's in sections, as EvalHub writes them.

A header stands where the source changes, so a benchmark may have several sections. There is no newline at the very
end: the next answer goes on from there.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from referee.gateway.logs.merge import Placed

_CHUNK = 64 * 1024


class Writer:
    """Writes lines, in one go or as they come."""

    def __init__(self, benchmarks: Mapping[int, str] | None, *, timestamps: bool) -> None:
        """Take the benchmarks' ids for the headers; None: no headers."""
        self._benchmarks = benchmarks
        self._timestamps = timestamps
        self._section: tuple[str, str] | None = None

    def lines(self, placed: Placed) -> list[str]:
        """The lines of text that this line comes to, with a header where a section begins."""
        text = placed.line.text if self._timestamps else placed.line.said
        section = (placed.source.pod, placed.source.container)
        if self._benchmarks is None or section == self._section:
            return [text]
        before = [] if self._section is None else [""]
        self._section = section
        benchmark = self._benchmarks.get(placed.source.index, "")
        return [*before, f"=== pod={section[0]} container={section[1]} benchmark_id={benchmark} ===", text]


def last(lines: Iterable[str], count: int | None) -> Iterable[str]:
    """The last so many; None: all.

    Of the text and not of each section, and without a header of its own: so what is cut off at the beginning is all
    that changes between two answers.
    """
    return lines if count is None else deque(lines, count)


def chunks(lines: Iterable[str], *, begun: bool = False) -> Iterator[bytes]:
    """As bytes, many at once; `begun`: after others."""
    part: list[str] = []
    size = 0
    for line in lines:
        part.append(f"\n{line}" if begun else line)
        begun = True
        size += len(line)
        if size >= _CHUNK:
            yield "".join(part).encode(errors="replace")
            part, size = [], 0
    if part:
        yield "".join(part).encode(errors="replace")
