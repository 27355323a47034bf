"""Sees to it that every job tells how much was posted: seldom, at once when that is all, and after any crash.

Asked by a post that was kept, by the watch when a job begins to wait, and now and then for what a gateway that died
had kept and not told: such a revision stands in the store and on no job. At most one write in some seconds and job, by
whichever gateway: each takes what the other wrote, and what stands at its own start, as just written.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from referee.gateway.posting.counting import Counting
from referee.gateway.posting.state import State, place_of
from referee.gateway.watched import JobEntry
from referee.runtime.backoff import Backoff
from referee.runtime.cache import Key
from referee.runtime.errors import ApiError
from referee.store import StoreUnavailable

log = logging.getLogger(__name__)

INTERVAL = 5.0
"""Seconds between two writes to one job."""
_RECOUNT = 0.5
"""Seconds between two counts of one job, while it may not be written: it may become complete."""
_SWEEP = 60.0
_AT_ONCE = 2
"""Counts at once; a store has other readers."""
_BACKOFF = Backoff(first=1.0, most=15.0)


@dataclass(slots=True)
class _Slot:
    """A job that is to be told of."""

    wanted: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Announcer:
    """Counts and tells in its own time."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        self._watched = counting.watched
        self._slots: dict[Key, _Slot] = {}
        self._seen: dict[Key, tuple[str, str | None]] = {}
        """What was last heard of a job that waits: its phase and its annotation."""
        self._written: dict[Key, float] = {}
        """When its annotation was last seen to change."""
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def wake(self, key: Key) -> None:
        """Something was posted."""
        slot = self._slots.setdefault(key, _Slot())
        slot.wanted.set()
        if slot.task is None:
            slot.task = asyncio.create_task(self._serve(key, slot), name=f"posted to {key[1]}")

    def hear(self, keys: Iterable[Key]) -> None:
        """EvaluationJobs changed."""
        for key in keys:
            entry = self._waiting(key)
            if entry is None or entry.awaited is None:
                self._seen.pop(key, None)
                self._written.pop(key, None)
                continue
            now = (entry.awaited.phase, entry.told)
            before = self._seen.get(key, ("", None))
            self._seen[key] = now
            if now[1] != before[1]:
                self._written[key] = asyncio.get_running_loop().time()
            if now[0] != before[0]:
                self.wake(key)

    async def sweep(self) -> None:
        """Look now and then for what was kept and not told, until cancelled; the first time once all jobs are known."""
        await self._watched.primed()
        while True:
            try:
                async for posting in self._counting.store.postings.all():
                    key = (posting.run.namespace, posting.run.job)
                    entry = self._waiting(key)
                    if entry is None or entry.awaited is None or entry.uid != posting.run.job_uid:
                        continue
                    place = (posting.run.attempt, posting.revision)
                    if posting.run.attempt == entry.awaited.first_attempt and place_of(entry.told) < place:
                        self.wake(key)
            except StoreUnavailable as error:
                log.warning("not known what was posted: %s", error)
            await asyncio.sleep(_SWEEP)

    async def close(self) -> None:
        """Tell nothing more; the next gateway finds it."""
        tasks = [slot.task for slot in self._slots.values() if slot.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _waiting(self, key: Key) -> JobEntry | None:
        entry = self._watched.evaluations.get(key)
        return entry if entry is not None and entry.awaited is not None and not entry.awaited.over else None

    async def _serve(self, key: Key, slot: _Slot) -> None:
        try:
            while slot.wanted.is_set():
                slot.wanted.clear()
                await self._bring(key, slot)
        finally:
            del self._slots[key]

    async def _bring(self, key: Key, slot: _Slot) -> None:
        """Until what is written is what was last counted."""
        failures = 0
        while (entry := self._waiting(key)) is not None:
            try:
                state = await self._state(entry)
                if state is None or state.text() == entry.told:
                    return
                wait = 0.0 if state.complete else self._left(key)
                if not wait:
                    await self._counting.tell(entry, state)
                    self._written[key] = asyncio.get_running_loop().time()
                    return
            except (StoreUnavailable, ApiError) as error:
                failures += 1
                log.warning("not told yet how much was posted: %s", error, extra={"job": key[1]})
                wait = _BACKOFF.delay(failures)
            await self._pause(slot, wait)

    async def _pause(self, slot: _Slot, seconds: float) -> None:
        """Wait; not to the end if something else is posted, which may be the last."""
        try:
            async with asyncio.timeout(seconds):
                await asyncio.sleep(_RECOUNT)
                await slot.wanted.wait()
                slot.wanted.clear()
        except TimeoutError:
            return

    async def _state(self, entry: JobEntry) -> State | None:
        async with self._turns:
            return None if entry.awaited is None else await self._counting.state(entry, entry.awaited)

    def _left(self, key: Key) -> float:
        """Seconds until it may be written again."""
        written = self._written.get(key)
        return 0.0 if written is None else max(0.0, written + INTERVAL - asyncio.get_running_loop().time())
