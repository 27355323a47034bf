"""Answers kept for seconds: one question is asked once, however many want to know it at the same time.

Who asks first asks for all; where that one is gone before the answer is there, the next one asks. No task runs on
its own, so there is nothing to close. A failure goes to everybody who waits for it and is not kept. What is kept has
a bound: the oldest goes first, which costs a call and nothing else. Rejected: `functools` caches, which know neither
time nor waiting, and a shielded task for each question, which outlives who wanted it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Answers(Generic[K, V]):
    """What was answered, and until when it counts."""

    def __init__(self, most: int) -> None:
        """Keep at most so many."""
        self._most = most
        self._kept: dict[K, tuple[float, V]] = {}
        self._asking: dict[K, asyncio.Future[V]] = {}

    def peek(self, key: K) -> V | None:
        """What is known now."""
        found = self._kept.get(key)
        return None if found is None or found[0] <= asyncio.get_running_loop().time() else found[1]

    def forget(self, key: K) -> None:
        """Ask anew the next time."""
        self._kept.pop(key, None)

    async def get(self, key: K, ask: Callable[[], Awaitable[tuple[V, float]]]) -> V:
        """What is known, else what `ask` answers: the value, and for how many seconds it counts."""
        while True:
            if (known := self.peek(key)) is not None:
                return known
            if (asking := self._asking.get(key)) is None:
                return await self._ask(key, ask)
            # and not `await asking`: a waiter that is cancelled must not cancel it for the others
            await asyncio.wait([asking])
            if not asking.cancelled():
                return asking.result()

    async def _ask(self, key: K, ask: Callable[[], Awaitable[tuple[V, float]]]) -> V:
        asking: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        self._asking[key] = asking
        try:
            value, seconds = await ask()
        except Exception as error:
            asking.set_exception(error)
            asking.exception()  # nobody else may be waiting, and asyncio would complain
            raise
        except BaseException:
            asking.cancel()
            raise
        else:
            self._keep(key, value, seconds)
            asking.set_result(value)
            return value
        finally:
            del self._asking[key]

    def _keep(self, key: K, value: V, seconds: float) -> None:
        self._kept.pop(key, None)
        if len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (asyncio.get_running_loop().time() + seconds, value)
