"""Two runs beside each other: which samples are the same question, what differs between them, and which got worse.

What is the same question, and what the difference of two runs is, the core says, as for a gate against a baseline: ids
and contents pair, only what both scored counts, evaluators that are not the same are not compared. Three passes over
each run: which samples there are; their scores, as numbers; the texts of the few that are shown.
"""

import hashlib
import heapq
import math
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from referee.core.evaluation.pairing import Pairing, Pairs
from referee.report.differences import Scored, differences
from referee.report.runview import RunView, Sample
from referee.report.scales import Scale, goodness, scales_of

Sign = Literal[-1, 0, 1]
TIE = 1e-9
"""A change this small is none, as for gates."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One question, answered in both runs."""

    here: Sample
    there: Sample
    change: float
    """Of the goodness from 0 to 1; above 0 is better here than there."""


@dataclass(slots=True)
class Paired:
    """Two runs, sample by sample."""

    matched: int = 0
    """Questions that both runs have, scored or not."""
    unmatched: int = 0
    improved: int = 0
    regressed: int = 0
    tied: int = 0
    incomparable: int = 0
    """Matched, and one of the two has no score."""
    changes: "array[float]" = field(default_factory=lambda: array("d"))
    pairs: list[Pair] = field(default_factory=list)
    """Those that are wanted, the largest change first."""
    metrics: list[dict[str, Any]] = field(default_factory=list)
    """The differences of means with their intervals, as in a result document's comparison."""


def pair(here: RunView, there: RunView, most: int, sign: Sign) -> Paired:
    """Pair the samples of two runs, and keep up to `most` of those that got worse (-1) or better (1); 0: none."""
    ours, theirs = _Side(here), _Side(there)
    pairing = Pairing()
    for identity, (position, key) in ours.known.items():
        pairing.here(position, identity, key)
    for identity, (_, key) in theirs.known.items():
        pairing.there(identity, key)
    pairs = pairing.match()
    found = Paired(matched=pairs.matched, unmatched=pairs.unmatched)
    scales = scales_of(here)
    found.metrics = differences(
        Scored(here, ours.place, ours.epochs), Scored(there, _in(pairs), theirs.epochs), scales, pairs
    )
    goods = ours.goods(ours.place, scales), theirs.goods(_in(pairs), scales)
    _count(found, *goods, pairs)
    chosen = _largest(*goods, pairs, most, sign) if sign else []
    found.pairs = list(_with_texts(ours, theirs, pairs, chosen))
    return found


def identity_of(sample: Sample) -> str:
    """What tells a sample from the others of its run, its epochs aside."""
    return f"{sample.benchmark}\0{sample.id}"


def key_of(sample: Sample) -> str:
    """What is asked and expected; of a record that does not say, made of its texts."""
    asked = sample.key or f"{sample.input}\0{sample.target}"
    return hashlib.sha256(f"{sample.benchmark}\0{asked}".encode(errors="surrogatepass")).hexdigest()


def _in(pairs: Pairs) -> Callable[[Sample], int | None]:
    return lambda sample: pairs.position(identity_of(sample))


class _Side:
    """One of the two runs."""

    def __init__(self, view: RunView) -> None:
        self.view = view
        self.known: dict[str, tuple[int, str]] = {}
        self.epochs = 1
        for sample in view.samples():
            self.known.setdefault(identity_of(sample), (len(self.known), key_of(sample)))
            self.epochs = max(self.epochs, sample.epoch)

    def place(self, sample: Sample) -> int | None:
        """Its place in this run."""
        return self.known[identity_of(sample)][0]

    def goods(self, place: Callable[[Sample], int | None], scales: Mapping[str, Scale]) -> "dict[int, float]":
        """How good each sample is, over its epochs."""
        sums: dict[int, tuple[float, int]] = {}
        for sample in self.view.samples():
            at, good = place(sample), goodness(sample, scales)
            if at is not None and good is not None:
                total, count = sums.get(at, (0.0, 0))
                sums[at] = total + good, count + 1
        return {at: total / count for at, (total, count) in sums.items()}

    def texts(self, place: Callable[[Sample], int | None], wanted: set[int]) -> dict[int, Sample]:
        """The first epoch of each wanted sample."""
        found: dict[int, Sample] = {}
        for sample in self.view.samples() if wanted else ():
            at = place(sample)
            if at in wanted and (at not in found or sample.epoch < found[at].epoch):
                found[at] = sample
        return found


def _count(found: Paired, ours: Mapping[int, float], theirs: Mapping[int, float], pairs: Pairs) -> None:
    for at in pairs.positions():
        change = ours.get(at, math.nan) - theirs.get(at, math.nan)
        if math.isnan(change):
            found.incomparable += 1
            continue
        found.changes.append(change)
        found.tied += abs(change) <= TIE
        found.improved += change > TIE
        found.regressed += change < -TIE


def _largest(
    ours: Mapping[int, float], theirs: Mapping[int, float], pairs: Pairs, most: int, sign: Sign
) -> list[tuple[float, int]]:
    """The largest changes in one direction, with their places."""
    changed = ((ours[at] - theirs[at], at) for at in pairs.positions() if at in ours and at in theirs)
    return heapq.nsmallest(most, (e for e in changed if sign * e[0] > TIE), key=lambda e: (-sign * e[0], e[1]))


def _with_texts(ours: _Side, theirs: _Side, pairs: Pairs, chosen: list[tuple[float, int]]) -> Iterator[Pair]:
    wanted = {at for _, at in chosen}
    here, there = ours.texts(ours.place, wanted), theirs.texts(_in(pairs), wanted)
    for change, at in chosen:
        yield Pair(here[at], there[at], change)
