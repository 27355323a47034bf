"""An event loop whose clock jumps to the next date as soon as nothing else is left to do.

Rejected: the package looptime, which does more than we need and one more dependency's worth of surprises; and clocks
passed as parameters, which the code under test would carry for nobody but the tests.
"""

import asyncio
import selectors
from collections.abc import Callable
from selectors import SelectorKey

_GRACE = 0.002
"""Real seconds that bytes on loopback may take between two sockets of this process."""
_DEADLOCK = 5.0


class _JumpingSelector(selectors.DefaultSelector):
    loop: "VirtualTimeLoop"

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            # No date to jump to: a thread or a peer must move, or the test waits for ever.
            ready = super().select(_DEADLOCK)
            if not ready:
                raise TimeoutError("nothing is left that could happen")
            return ready
        # The loop's own wake-up pipe is one; any other file means that somebody may still answer.
        if len(self.get_map()) > 1 and (ready := super().select(min(timeout, _GRACE))):
            return ready
        self.loop.now += timeout
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.now = 1000.0
        selector = _JumpingSelector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now


async def until(condition: Callable[[], object], within: float = 120) -> None:
    """Let virtual time pass until something is so."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - tests look from outside
            await asyncio.sleep(0.25)
