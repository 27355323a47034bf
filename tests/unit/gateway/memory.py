"""The port in memory, with what a test wants to go wrong."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from referee.core.children import Progress
from referee.gateway.errors import Standing, Unauthenticated
from referee.gateway.reporting.children import Caller, ChildRef, Document

CALLER = Caller(ChildRef("ns", "capitals-0-1", "uid-0"), "capitals", "harness", "arc", 0, frozenset({"acc"}))


@dataclass
class MemoryChildren:
    """One child, `CALLER`, whose credential is `good`; beside its job there is `rivers`."""

    result: dict[str, Any] | None = None
    partial: dict[str, Any] | None = None
    progress: list[Progress] = field(default_factory=list)
    fault: Exception | None = None
    """Raised instead of keeping anything."""
    asked: int = 0
    """How often somebody was to be identified."""

    async def identify(self, credential: str) -> Caller:
        self.asked += 1
        if credential != "good":
            raise Unauthenticated("not a token of ours")
        return CALLER

    async def knows(self, caller: Caller, job: str) -> bool:
        assert caller == CALLER
        return job == "rivers"

    async def put_result(self, caller: Caller, result: Document) -> None:
        self._go_wrong(caller)
        if self.result not in (None, dict(result)):
            raise Standing("another final result stands")
        self.result = dict(result)

    async def put_partial(self, caller: Caller, result: Document) -> None:
        self._go_wrong(caller)
        self.partial = dict(result)

    async def put_progress(self, caller: Caller, progress: Progress) -> None:
        self._go_wrong(caller)
        self.progress.append(progress)

    def _go_wrong(self, caller: Caller) -> None:
        assert caller == CALLER
        if self.fault is not None:
            raise self.fault


@dataclass
class Slow(MemoryChildren):
    """Keeps nothing in a time that anybody would wait for."""

    seconds: float = 60.0

    async def put_result(self, caller: Caller, result: Document) -> None:
        await asyncio.sleep(self.seconds)
        await super().put_result(caller, result)
