"""What the store keeps too long goes, a few times an hour; any replica may do it, and two at once do no harm."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from referee.clock import utc_now
from referee.store import Store, StoreUnavailable

log = logging.getLogger(__name__)

_EVERY = 900.0
"""Seconds."""


class Retention:
    """Removes what was last written too long ago."""

    def __init__(self, store: Store, seconds: float, now: Callable[[], datetime] = utc_now) -> None:
        """Take how long things are kept, in seconds; 0: for ever."""
        self._store = store
        self._seconds = seconds
        self._now = now

    async def run(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            if self._seconds:
                await self.look()
            await asyncio.sleep(_EVERY)

    async def look(self) -> int:
        """Remove what is due; how many runs that were."""
        try:
            removed = await self._store.expire(self._now() - timedelta(seconds=self._seconds))
        except StoreUnavailable as error:
            log.warning("nothing was removed from the results store: %s", error)
            return 0
        if removed:
            log.info("removed from the results store", extra={"runs": removed})
        return removed
