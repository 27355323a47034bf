"""Faults, ordered by a test: which of the next requests fail, and how."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["answer", "reset", "hang", "lose"]


@dataclass
class Fault:
    """What happens to the next `times` requests that match."""

    code: int = 503
    verb: str | None = None
    resource: str | None = None
    times: int = 1
    retry_after: int | None = None
    kind: Kind = "answer"
    """answer with the code; reset the connection; hang until released; do it and lose the answer."""
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def hits(self, verb: str, resource: str) -> bool:
        return self.times > 0 and self.verb in (None, verb) and self.resource in (None, resource)


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        for fault in self._faults:
            fault.released.set()
        self._faults.clear()

    def take(self, verb: str, resource: str) -> Fault | None:
        for fault in self._faults:
            if fault.hits(verb, resource):
                fault.times -= 1
                return fault
        return None
