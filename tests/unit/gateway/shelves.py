"""The store in memory, with what a test wants to go wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from referee.store import RunRef, SampleRow


@dataclass
class MemoryResults:
    """Whole results."""

    kept: dict[tuple[RunRef, str], Mapping[str, Any]] = field(default_factory=dict)
    fault: Exception | None = None
    on_put: Callable[[], object] = lambda: None

    async def put(self, run: RunRef, digest: str, document: Mapping[str, Any]) -> None:
        if self.fault is not None:
            raise self.fault
        self.on_put()
        self.kept[run, digest] = document


@dataclass
class MemorySamples:
    """Samples, and how they came."""

    kept: dict[tuple[RunRef, str, int], Mapping[str, Any]] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)
    fault: Exception | None = None

    async def put(self, run: RunRef, rows: Sequence[SampleRow]) -> None:
        if self.fault is not None:
            raise self.fault
        self.batches.append(len(rows))
        self.kept |= {(run, row.sample_id, row.epoch): row.body for row in rows}
