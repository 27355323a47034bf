"""When the next call may start: the ceilings that the user set, and what the server can bear.

Calls are spaced evenly, since a server that allows 600 a minute seldom takes them all at once. On "too many requests"
the rate is halved at most once a second (64 calls in flight are told so at once, and it is one event) and everybody
waits as long as the server asks; then it grows by a twentieth of where it stood each second: additive increase,
multiplicative decrease (Chiu and Jain, 1989, Computer Networks and ISDN Systems 17), which shares a server fairly with
others that do the same. Without a ceiling of the user's there is no pace until the server first complains, and none
again when twice the rate at which it did has been borne.

Tokens are a second ceiling: a call starts on an estimate of its own tokens and settles the difference when it ends.
"""

import asyncio
from collections.abc import Callable

_HALVED_AT_MOST_EVERY = 1.0
_GROWTH = 0.05
"""Of the rate at the last complaint, a second."""
_SLOWEST = 1 / 60


class Pace:
    """Of one endpoint."""

    def __init__(
        self,
        requests_per_minute: float = 0,
        tokens_per_minute: float = 0,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Take the ceilings; 0 is none."""
        self._clock = clock or asyncio.get_running_loop().time
        self._ceiling = requests_per_minute / 60
        self._rate = self._ceiling
        """Calls a second; 0: as fast as they come."""
        self._complained_at = 0.0
        """The rate at the last complaint."""
        self._token_rate = tokens_per_minute / 60
        self._next = 0.0
        self._tokens_free = 0.0
        self._halved = -_HALVED_AT_MOST_EVERY
        self._grown = 0.0
        self._started = 0
        self._counted_from = self._clock()

    @property
    def rate(self) -> float:
        """Calls a second that are allowed now; 0: any."""
        return self._rate

    def delay(self, tokens: int) -> float:
        """Take a turn: how many seconds to wait before the call may start."""
        self._started += 1
        if not self._rate and not self._token_rate and not self._next:
            return 0.0
        now = self._clock()
        self._grow(now)
        start = max(now, self._next, self._tokens_free)
        self._next = start + 1 / self._rate if self._rate else (self._next if self._next > now else 0.0)
        if self._token_rate:
            self._tokens_free = max(now, self._tokens_free) + tokens / self._token_rate
        return start - now

    def settle(self, tokens: int) -> None:
        """A call took so many tokens more than estimated; less, if below zero."""
        if self._token_rate:
            self._tokens_free += tokens / self._token_rate

    def complained(self, wait: float) -> None:
        """The server has too much to do, and asks to be left alone for so long."""
        now = self._clock()
        if now - self._halved >= _HALVED_AT_MOST_EVERY:
            seen = self._rate or self._observed(now)
            self._complained_at = seen
            self._rate = max(seen / 2, _SLOWEST)
            self._halved = self._grown = now
        self._next = max(self._next, now + wait)
        self._grown = max(self._grown, now + wait)

    def _observed(self, now: float) -> float:
        return self._started / max(now - self._counted_from, 1.0)

    def _grow(self, now: float) -> None:
        if not self._complained_at or now <= self._grown:
            return
        self._rate += _GROWTH * self._complained_at * (now - self._grown)
        self._grown = now
        if self._ceiling and self._rate >= self._ceiling:
            self._rate, self._complained_at = self._ceiling, 0.0
        elif not self._ceiling and self._rate >= 2 * self._complained_at:
            self._rate = self._complained_at = self._next = 0.0
            self._started, self._counted_from = 0, now
