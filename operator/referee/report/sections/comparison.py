"""This run beside its baseline: the differences with their intervals, and the samples that got worse.

The figures are those that the adapter computed and the gate was decided with. Where no baseline was named and a second
run is given by hand, they are computed here from the samples of both, and gate nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from referee.report.numbers import NOTHING, count, interval, number, signed
from referee.report.pairing import Paired
from referee.report.runview import Document, RunView, mapping, number_of, objects, text_of
from referee.report.sections.gates import sentence
from referee.report.sections.grid import Cell, Grid, outcome, row
from referee.report.sections.samples import Shown, shown
from referee.report.svg.bars import bars
from referee.report.svg.histogram import Look, histogram
from referee.report.svg.intervals import Mark, intervals

_HEADINGS = (
    *("metric", "here", "there", "difference", "interval", "p", "n", "better", "worse", "same"),
    *("MDE (80 %)", "test", "result"),
)


@dataclass(frozen=True, slots=True)
class Beside:
    """One question with both answers."""

    change: str
    here: Shown
    there: Shown


@dataclass(frozen=True, slots=True)
class Comparison:
    """The section."""

    baseline: str
    matched: str
    grid: Grid | None
    drawings: Sequence[Markup]
    regressed: Sequence[Beside]
    regressed_in_all: int


def comparison(view: RunView, pairing: Paired | None, other: str) -> Comparison | None:
    """The section; None where nothing is compared."""
    reported = _reported(view)
    metrics = objects(reported.get("metrics")) or (list(pairing.metrics) if pairing else [])
    if not metrics and pairing is None:
        return None
    drawings = []
    marks = [mark for metric in metrics if (mark := _mark(metric, view)) is not None]
    if marks:
        drawings.append(intervals("Differences from the baseline; right of 0 is better here", marks, zero=0.0))
    if pairing is not None:
        drawings += _spread(pairing)
    grid = Grid(_HEADINGS, [_row(metric) for metric in metrics], frozenset(_HEADINGS[1:11]) - {"interval"})
    return Comparison(
        baseline=text_of(reported.get("baseline")) or other,
        matched=_matched(reported, pairing),
        grid=grid if metrics else None,
        drawings=drawings,
        regressed=[Beside(signed(p.change), shown(p.here), shown(p.there)) for p in (pairing.pairs if pairing else ())],
        regressed_in_all=pairing.regressed if pairing else 0,
    )


def _reported(view: RunView) -> Document:
    found = [mapping(result.get("comparison")) for result in view.results.values()]
    return next((c for c in found if c), mapping(view.status.get("comparison")))


def _matched(reported: Document, pairing: Paired | None) -> str:
    matched, unmatched = number_of(reported.get("matched")), number_of(reported.get("unmatched"))
    if matched is not None:
        return f"{count(matched)} samples matched, {count(unmatched)} not"
    if pairing is None:
        return ""
    without = f", {pairing.incomparable} of them without a score on one side" if pairing.incomparable else ""
    return f"{count(pairing.matched)} samples matched{without}, {count(pairing.unmatched)} not"


def _row(metric: Document) -> list[Cell]:
    low, high = number_of(metric.get("ciLow")), number_of(metric.get("ciHigh"))
    p, mde = number_of(metric.get("p")), number_of(metric.get("mde"))
    result, reason = text_of(metric.get("result")) or "", text_of(metric.get("reason")) or ""
    needed = number_of(metric.get("nNeeded"))
    decided = outcome(result, sentence(reason)) if result else Cell(NOTHING)
    why = " ".join(filter(None, (reason, f"(about {count(needed)} samples would decide)" if needed else "")))
    return row(
        text_of(metric.get("name")) or "",
        number(number_of(metric.get("valueHere"))),
        number(number_of(metric.get("valueThere"))),
        signed(number_of(metric.get("delta"))),
        interval(low, high, text_of(metric.get("method"))),
        NOTHING if p is None else f"{p:.3g}",
        *(count(number_of(metric.get(field))) for field in ("n", "improved", "regressed", "tied")),
        number(mde),
        text_of(metric.get("test")) or "",
        Cell(" ".join(filter(None, (decided.text, why))), decided.tone, decided.note),
    )


def _mark(metric: Document, view: RunView) -> Mark | None:
    delta = number_of(metric.get("delta"))
    if delta is None:
        return None
    allowed = number_of(mapping(view.spec.get("baseline")).get("maxRegression"))
    return Mark(
        text_of(metric.get("name")) or "",
        delta,
        number_of(metric.get("ciLow")),
        number_of(metric.get("ciHigh")),
        None if allowed is None or not metric.get("result") else -allowed,
        text_of(metric.get("result")) or "",
    )


def _spread(pairing: Paired) -> list[Markup]:
    counts = [("better here", pairing.improved), ("the same", pairing.tied), ("worse here", pairing.regressed)]
    if not any(number for _, number in counts):
        return []
    drawings = [bars("Samples that are better, the same and worse here", counts)]
    changed = [change for change in pairing.changes if abs(change) not in (0.0, 1.0)]
    return [*drawings, histogram("Changes by sample", pairing.changes, Look((-1.0, 1.0)))] if changed else drawings
