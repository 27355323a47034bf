"""Delivers what the spool holds, in order, until the gateway has it.

An event is tried until the gateway answers something that will not change: its 503 and its absence may last minutes,
while the adapter that measured the result is gone. While the pod ends, tries come closer together, since now somebody
waits for them.
"""

import logging
import random
import threading
import time
from collections.abc import Callable

from referee_agent.events import refusal
from referee_agent.gateway import Answer, Gateway, Outcome
from referee_agent.spool import Entry, Spool

_FIRST_DELAY = 0.25
_LONGEST_DELAY = 15.0
_LONGEST_WHILE_LEAVING = 3.0
_LOOK_SECONDS = 0.2
"""How soon an empty spool is seen while the agent leaves."""

log = logging.getLogger(__name__)


class Forwarder:
    """A thread that delivers."""

    def __init__(self, spool: Spool, gateway: Gateway, changed: Callable[[], None]) -> None:
        """Take its parts.

        Args:
            spool: what is delivered.
            gateway: to whom.
            changed: called when something has become of a final result.
        """
        self._spool = spool
        self._gateway = gateway
        self._changed = changed
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._run, name="forwarder", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def finish(self, seconds: float) -> bool:
        """Deliver what is left and close the spool; False if that takes longer."""
        self._leaving.set()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        delay = _FIRST_DELAY
        while not (self._leaving.is_set() and self._spool.close_if_empty()):
            if (head := self._spool.head(_LOOK_SECONDS)) is None:
                continue
            entry, body = head
            answer = self._gateway.post(body)
            if answer.outcome is not Outcome.AGAIN:
                self._settle(entry, answer)
                delay = _FIRST_DELAY
                continue
            self._spool.again(entry)
            log.warning("event %d is not delivered yet: %s", entry.number, answer.said)
            self._pause(answer.wait if answer.wait is not None else delay * random.uniform(0.5, 1))  # noqa: S311
            delay = min(delay * 2, _LONGEST_DELAY)

    def _settle(self, entry: Entry, answer: Answer) -> None:
        if answer.outcome in (Outcome.MALFORMED, Outcome.REFUSED):
            log.error("the gateway refused event %d for good: %s", entry.number, answer.said)
            said = refusal(answer.said) if answer.outcome is Outcome.MALFORMED else None
            self._spool.refused(entry, said)
        else:
            if answer.outcome is Outcome.STANDING:
                log.warning("event %d came after the run's result: %s", entry.number, answer.said)
            self._spool.delivered(entry)
        if entry.event.result is not None:
            self._changed()

    def _pause(self, seconds: float) -> None:
        """Wait; an order to leave shortens it."""
        if not self._leaving.is_set():
            self._leaving.wait(seconds)
        else:
            time.sleep(min(seconds, _LONGEST_WHILE_LEAVING))
