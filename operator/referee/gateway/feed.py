"""Who wants to hear that something changed in a namespace: watches of people, beside the cache that they read.

A listener gets names and no objects: it reads what stands then, so a slow one skips what nobody needs any more and
never holds more than a name for each object. Nothing waits for a listener.
"""

import asyncio
import contextlib
from collections.abc import Iterator

from referee.runtime.cache import Key


class Listener:
    """One that listens."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._woken = asyncio.Event()
        self._over = asyncio.Event()

    async def take(self, seconds: float) -> set[str] | None:
        """The names that changed since the last time, as soon as there is one; none after so long, None at the end."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        if self._over.is_set():
            return None
        self._woken.clear()
        names, self._names = self._names, set()
        return names

    async def rest(self, seconds: float) -> bool:
        """Wait this long, whatever changes; False at the end, which is not waited out."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()
        return not self._over.is_set()

    def hear(self, name: str) -> None:
        """Take a name in."""
        self._names.add(name)
        self._woken.set()

    def end(self) -> None:
        """There will be no more."""
        self._over.set()
        self._woken.set()


class Feed:
    """Tells listeners, namespace by namespace."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}
        self._closed = False

    def tell(self, key: Key) -> None:
        """An object changed, came or went."""
        for listener in self._listeners.get(key[0], ()):
            listener.hear(key[1])

    @contextlib.contextmanager
    def listening(self, namespace: str) -> Iterator[Listener]:
        """Listen for as long as the context is open; begin before reading, so that nothing falls in between."""
        listener = Listener()
        if self._closed:
            listener.end()
        self._listeners.setdefault(namespace, set()).add(listener)
        try:
            yield listener
        finally:
            self._listeners[namespace].discard(listener)
            if not self._listeners[namespace]:
                del self._listeners[namespace]

    def close(self) -> None:
        """End every listener, also those to come: the server stops."""
        self._closed = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.end()
