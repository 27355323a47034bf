"""A token bucket in front of our own writes, so that an operator with 200 fresh jobs does not crowd out everyone.

Reads and watches never pass here: delaying a watch makes the cache stale, and that costs more calls than it saves.
Each caller reserves its place at once and sleeps until its turn: first come, first served, without a lock. The loop's
own clock is used, so a test with a virtual loop needs no second clock.
"""

import asyncio
from collections.abc import Callable


class TokenBucket:
    """`qps` writes a second on average, `burst` at once after a quiet while."""

    def __init__(self, qps: float, burst: int, on_throttled: Callable[[float], None] | None = None) -> None:
        """Take the limits, and whom to tell how many seconds a call was held back."""
        if qps <= 0 or burst < 1:
            raise ValueError(f"a rate limit of {qps}/s with burst {burst} lets nothing pass: both must be positive")
        self._qps = qps
        self._burst = float(burst)
        self._on_throttled = on_throttled
        self._tokens = float(burst)
        self._filled_at = float("-inf")
        self._closed_until = 0.0

    async def acquire(self) -> None:
        """Wait for this caller's turn."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        self._refill(started)
        self._tokens -= 1
        turn = max(started, self._filled_at) + max(0.0, -self._tokens) / self._qps
        try:
            while (now := loop.time()) < (until := max(turn, self._closed_until)):  # noqa: ASYNC110 - a date
                await asyncio.sleep(until - now)
        except asyncio.CancelledError:
            # The place in the line is given back, else every cancelled wait would slow down those behind it.
            self._tokens += 1
            raise
        if now > started and self._on_throttled is not None:
            self._on_throttled(now - started)

    def hold_off(self, seconds: float) -> None:
        """Let nothing pass for a while, as a 429 asks; the bucket starts empty after it, not with a burst."""
        now = asyncio.get_running_loop().time()
        self._refill(now)
        self._closed_until = max(self._closed_until, now + seconds)
        self._tokens = min(self._tokens, 0.0)
        self._filled_at = max(self._filled_at, self._closed_until)

    def _refill(self, now: float) -> None:
        if now > self._filled_at:
            self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._qps)
            self._filled_at = now
