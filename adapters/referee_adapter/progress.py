"""Progress, coalesced: only the newest state travels, and seldom.

Each post costs the API server a write, so there is at most one in five seconds, and only when a whole percent
changed; the first goes at once, so that a run is seen to have started. A thread of its own posts them: a framework
reports from its inner loop and must not wait for a network. A post that fails is not repeated, the next one says
more anyway.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

_MIN_INTERVAL = 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is, in samples."""

    total: int
    done: int
    errors: int = 0

    @property
    def percent(self) -> int:
        """Whole percents done."""
        return 100 * self.done // self.total if self.total else 0

    def wire(self) -> dict[str, int]:
        """As JSON."""
        return asdict(self)


class ProgressReporter:
    """Takes progress from any thread, hands it to `post` in its own."""

    def __init__(self, post: Callable[[Progress], object], min_interval: float = _MIN_INTERVAL) -> None:
        self._post = post
        self._min_interval = min_interval
        self._changed = threading.Condition()
        self._newest: Progress | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._loop, name="progress", daemon=True)

    def report(self, progress: Progress) -> None:
        """Remember the newest state; never blocks."""
        with self._changed:
            self._newest = progress
            if not self._closed and not self._thread.ident:
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Post nothing more. Does not wait for a post on its way: a final result supersedes it."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _loop(self) -> None:
        posted: Progress | None = None
        while (newest := self._wait_for_news(posted)) is not None:
            self._post(newest)
            posted = newest
            self._wait_out(time.monotonic() + self._min_interval)

    def _wait_for_news(self, posted: Progress | None) -> Progress | None:
        with self._changed:
            while not self._closed:
                newest = self._newest
                if newest is not None and (posted is None or newest.percent != posted.percent):
                    return newest
                self._changed.wait()
            return None

    def _wait_out(self, until: float) -> None:
        with self._changed:
            while not self._closed and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)
