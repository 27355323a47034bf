"""Which keys to look at, and when: client-go's work queue on one event loop.

A key is in the queue once, however often it is added; while it is worked on it is not handed out a second time, and
what was added meanwhile is handed out right after. Everything that depends on time (deadlines, retries, retention) is
`add_after`, so there are no timers elsewhere. Fair: first come, first served. What a key means is none of its business.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

from referee.runtime.backoff import Backoff

K = TypeVar("K", bound=Hashable)


class QueueMetrics(Protocol):
    """What a queue tells about itself, under client-go's names."""

    def added(self) -> None:
        """One key was put in line."""

    def retried(self) -> None:
        """One key was put off after a failure."""

    def started(self, waited: float) -> None:
        """One key was handed out after so many seconds in line."""

    def finished(self, worked: float) -> None:
        """One key was worked on for so many seconds."""


class _Silent:
    def added(self) -> None: ...
    def retried(self) -> None: ...
    def started(self, waited: float) -> None: ...
    def finished(self, worked: float) -> None: ...


class QueueShutDown(Exception):  # noqa: N818 - not a fault: the way a worker learns that it may go
    """The queue hands nothing out any more."""


class WorkQueue(Generic[K]):
    """Keys that wait, keys that are worked on, keys that are due later."""

    def __init__(self, backoff: Backoff | None = None, metrics: QueueMetrics | None = None) -> None:
        self._backoff = backoff or Backoff()
        self._metrics = metrics or _Silent()
        self._line: deque[K] = deque()
        self._dirty: dict[K, float] = {}
        self._processing: dict[K, float] = {}
        self._failures: dict[K, int] = {}
        self._due: dict[K, float] = {}
        self._heap: list[tuple[float, int, K]] = []
        self._ticket = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    def __len__(self) -> int:
        """Keys in line, without those that are worked on or due later."""
        return len(self._line)

    def add(self, key: K) -> None:
        """Put the key in line, unless it is there already."""
        if self._closed or key in self._dirty:
            return
        self._dirty[key] = self._now()
        self._metrics.added()
        if key not in self._processing:
            self._enqueue(key)

    def add_after(self, key: K, seconds: float) -> None:
        """Put the key in line later; of several dates the earliest counts."""
        if self._closed:
            return
        if seconds <= 0:
            self.add(key)
            return
        due = self._now() + seconds
        if key in self._due and self._due[key] <= due:
            return
        self._due[key] = due
        self._ticket += 1
        heapq.heappush(self._heap, (due, self._ticket, key))
        self._set_alarm()

    def add_rate_limited(self, key: K, at_least: float = 0.0) -> float:
        """Put the key in line after its back-off; returns the seconds."""
        self._failures[key] = self._failures.get(key, 0) + 1
        self._metrics.retried()
        seconds = max(at_least, self._backoff.delay(self._failures[key]))
        self.add_after(key, seconds)
        return seconds

    def failures(self, key: K) -> int:
        """How often in a row the key has failed."""
        return self._failures.get(key, 0)

    def forget(self, key: K) -> None:
        """Begin its back-off anew."""
        self._failures.pop(key, None)

    async def get(self) -> K:
        """Wait for a key; `done` must follow. Raises QueueShutDown."""
        while not self._line:
            if self._closed:
                raise QueueShutDown
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            try:
                await waiter
            except asyncio.CancelledError:
                # Woken and cancelled in the same instant: the wake-up belongs to the next in line.
                if waiter.done() and not waiter.cancelled():
                    self._wake()
                raise
        key = self._line.popleft()
        now = self._now()
        self._metrics.started(now - self._dirty.pop(key))
        self._processing[key] = now
        self._idle.clear()
        return key

    def done(self, key: K) -> None:
        """Give the key back; if it was added meanwhile it goes in line again."""
        self._metrics.finished(self._now() - self._processing.pop(key))
        if key in self._dirty:
            self._enqueue(key)
        if not self._processing:
            self._idle.set()

    async def shut_down(self, drain: float = 10.0) -> bool:
        """Hand nothing out any more and wait for what is worked on; False if it takes longer than `drain`."""
        self._closed = True
        self._line.clear()
        self._dirty.clear()
        self._due.clear()
        self._heap.clear()
        self._set_alarm()
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        try:
            async with asyncio.timeout(drain):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    def longest_running(self) -> float:
        """Seconds for which the slowest key has been worked on; 0 if none is."""
        return max((self._now() - since for since in self._processing.values()), default=0.0)

    def unfinished(self) -> float:
        """Seconds of work under way, summed over all keys."""
        return sum(self._now() - since for since in self._processing.values())

    def _enqueue(self, key: K) -> None:
        self._line.append(key)
        self._wake()

    def _wake(self) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def _set_alarm(self) -> None:
        # Dates that an earlier one replaced are dropped when they come up.
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        next_due = self._heap[0][0] if self._heap else None
        if self._alarm is not None:
            if self._alarm.when() == next_due:
                return
            self._alarm.cancel()
        self._alarm = None if next_due is None else asyncio.get_running_loop().call_at(next_due, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        now = self._now()
        while self._heap and self._heap[0][0] <= now:
            due, _, key = heapq.heappop(self._heap)
            if self._due.get(key) == due:
                del self._due[key]
                self.add(key)
        self._set_alarm()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
