"""Progress, written seldom: at most once in an interval for each child, if a whole percent or the phase changed.

Adapters of ours post once in five seconds, those of others as they like, and each patch costs the control plane 6 ms
of CPU: what is offered in between is held back, and the newest of it is written when its time has come. The first
goes at once, so that a run is seen to move. What a child last wrote stands on the child itself, so only children
with an interval running take memory here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from referee.core.children import Progress
from referee.gateway.errors import Standing, Unavailable, Unknown
from referee.gateway.reporting.children import ChildRef

log = logging.getLogger(__name__)

Write = Callable[[ChildRef, Progress], Awaitable[None]]

SHORTEST = 5.0
"""Seconds."""
ALL_TOGETHER = 10.0
"""Patches a second, over all children."""


def interval_for(running: int) -> float:
    """Seconds between two patches of one child, with so many running."""
    return max(SHORTEST, running / ALL_TOGETHER)


@dataclass(slots=True)
class _Slot:
    child: ChildRef
    written: Progress | None
    newest: Progress | None
    task: asyncio.Task[None] | None = None

    def worth(self, progress: Progress) -> bool:
        return self.written is None or _seen(self.written) != _seen(progress)


class ProgressThrottle:
    """Takes progress in at once and writes it in its own time."""

    def __init__(self, write: Write, interval: Callable[[], float]) -> None:
        """Take how to write (it raises what the port raises), and how many seconds to leave between two writes."""
        self._write = write
        self._interval = interval
        self._slots: dict[str, _Slot] = {}

    def offer(self, child: ChildRef, progress: Progress, written: Progress | None) -> None:
        """Have this written when it is worth it; `written` is what stands on the child."""
        if (slot := self._slots.get(child.uid)) is not None:
            slot.newest = progress
            return
        slot = _Slot(child, written, progress)
        if slot.worth(progress):
            self._slots[child.uid] = slot
            slot.task = asyncio.create_task(self._serve(slot), name=f"progress of {child.name}")

    def drop(self, child: ChildRef) -> None:
        """Write nothing more for this child: it has a result."""
        slot = self._slots.pop(child.uid, None)
        if slot is not None and slot.task is not None:
            slot.task.cancel()

    async def close(self) -> None:
        """Write nothing more at all; the next post of a child that goes on brings its progress."""
        tasks = [slot.task for slot in self._slots.values() if slot.task is not None]
        self._slots.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, slot: _Slot) -> None:
        try:
            while (progress := slot.newest) is not None:
                slot.newest = None
                if slot.worth(progress):
                    if not await self._try(slot, progress):
                        return
                    await asyncio.sleep(self._interval())
        finally:
            if self._slots.get(slot.child.uid) is slot:
                del self._slots[slot.child.uid]

    async def _try(self, slot: _Slot, progress: Progress) -> bool:
        """Write; False if there is nothing to write to any more."""
        try:
            await self._write(slot.child, progress)
        except (Standing, Unknown):
            return False
        except Unavailable as error:
            log.info("progress put off: %s", error, extra={"child": slot.child.name})
            slot.newest = slot.newest or progress
        else:
            slot.written = progress
        return True


def _seen(progress: Progress) -> tuple[int | None, str]:
    """The part of it that somebody would see change."""
    return percent(progress), progress.phase


def percent(progress: Progress) -> int | None:
    """Whole percents done; None where the total is not known."""
    return min(100, 100 * progress.done // progress.total) if progress.total else None
