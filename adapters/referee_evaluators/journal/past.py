"""What a journal held when the run began, to look up sample by sample.

A million records do not fit beside the interpreter, so the lines lie in a file that has no name any more, and memory
has 20 bytes for each: a hash of sample and epoch, where its line begins and how long it is. Lines of one key stand in
the order in which they were kept: a later record of a sample replaces an earlier one, a later score that of the same
evaluator and source. Looked up in the dataset's order, so what is made of them does not depend on theirs.
"""

import hashlib
import json
import os
import tempfile
import weakref
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from referee_evaluators.endpoint.ledger import Spent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_IDENTITY = frozenset({"sample_id", "epoch", "scores", "attempt", "cursor"})


@dataclass(slots=True)
class Kept:
    """Of one sample and epoch."""

    record: Mapping[str, Any] | None = None
    """The sample; None: only scores were kept."""
    scores: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    """By evaluator and source, in the order in which they first came."""


class Past:
    """Lines of a journal: added, then sealed, then looked up."""

    def __init__(self, directory: Path) -> None:
        """Make the file; it is gone with this object."""
        directory.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=directory, prefix="journal-")  # noqa: SIM115 - as long as we
        weakref.finalize(self, self._file.close)
        self._hashes, self._starts, self._lengths = array("Q"), array("Q"), array("I")
        self._end = 0
        self.spent = Spent()
        """By those who wrote it; a sample that was asked twice was paid for twice."""
        self._sorted: NDArray[np.uint64] | None = None
        self._order: NDArray[np.intp] | None = None

    def __len__(self) -> int:
        return len(self._hashes)

    def add(self, line: bytes) -> None:
        """Take a line: a record, a score, or a record with its scores."""
        document = json.loads(line)
        if spent := document.get("spent"):
            self.spent.add(spent)
        self._hashes.append(_hash(document["sample_id"], document.get("epoch", 1)))
        self._starts.append(self._end)
        self._lengths.append(len(line))
        self._file.write(line)
        self._end += len(line)

    def seal(self) -> None:
        """Nothing more is added; from now on it is looked up."""
        self._file.flush()
        if len(self):
            import numpy as np  # noqa: PLC0415 - most runs have no past, and it takes a tenth of a second

            hashes = np.frombuffer(self._hashes, dtype=np.uint64)
            self._order = np.argsort(hashes, kind="stable")
            self._sorted = hashes[self._order]

    def of(self, sample_id: str, epoch: int) -> Kept:
        """What is kept of a sample in one epoch."""
        kept = Kept()
        if self._sorted is None or self._order is None:
            return kept
        import numpy as np  # noqa: PLC0415 - see seal

        wanted = np.uint64(_hash(sample_id, epoch))
        at = int(self._sorted.searchsorted(wanted))
        while at < len(self._sorted) and self._sorted[at] == wanted:
            document = self._document(int(self._order[at]))
            if document["sample_id"] == sample_id and document.get("epoch", 1) == epoch:
                _merge(kept, document)
            at += 1
        return kept

    def sample_ids(self) -> Iterator[str]:
        """Every sample of which there is a record, once, in an order that does not depend on when they came."""
        if self._sorted is None or self._order is None:
            return
        seen: set[str] = set()
        before = -1
        for at in range(len(self._sorted)):
            if int(self._sorted[at]) != before:
                seen.clear()
                before = int(self._sorted[at])
            document = self._document(int(self._order[at]))
            known = document["sample_id"]
            if document.get("epoch", 1) == 1 and _is_record(document) and known not in seen:
                seen.add(known)
                yield known

    def _document(self, number: int) -> dict[str, Any]:
        text = os.pread(self._file.fileno(), self._lengths[number], self._starts[number])
        document: dict[str, Any] = json.loads(text)
        return document


def _merge(kept: Kept, document: Mapping[str, Any]) -> None:
    if "evaluator" in document:
        kept.scores[document["evaluator"], document.get("source", "adapter")] = document
        return
    if _is_record(document):
        kept.record = document
    for score in document.get("scores") or ():
        kept.scores[score["evaluator"], score.get("source", "adapter")] = score


def _is_record(document: Mapping[str, Any]) -> bool:
    return "evaluator" not in document and not document.keys() <= _IDENTITY


def _hash(sample_id: str, epoch: int) -> int:
    return int.from_bytes(hashlib.blake2b(f"{epoch}\0{sample_id}".encode(), digest_size=8).digest(), "big")
