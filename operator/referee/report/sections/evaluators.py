"""What each evaluator came to: its figures with their intervals, and how its scores are spread.

Beside each mean stands what it would be with every unscored sample at its worst and at its best: how much the errors
could change.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from referee.report.gathering import Gathered, Tally
from referee.report.numbers import NOTHING, count, interval, number, with_error
from referee.report.runview import Document, RunView, mapping, number_of, objects, text_of
from referee.report.scales import Scale, of
from referee.report.sections.gates import drawn
from referee.report.sections.grid import Cell, Grid, row
from referee.report.svg.bars import bars
from referee.report.svg.histogram import Look, histogram
from referee.report.svg.intervals import Mark
from referee.report.svg.parts import NARROW

_HEADINGS = (
    *("evaluator", "type", "measure", "value ± stderr", "interval", "n", "errors", "unscored", "pending"),
    "if unscored were worst … best",
)
_MOST_LABELS = 12
_BOTH = frozenset({0.0, 1.0})


@dataclass(frozen=True, slots=True)
class Spread:
    """How one evaluator's scores are distributed."""

    name: str
    drawing: Markup


@dataclass(frozen=True, slots=True)
class Evaluators:
    """The section."""

    grid: Grid | None
    drawings: Sequence[Markup]
    spreads: Sequence[Spread]


def evaluators(view: RunView, gathered: Gathered, scales: Mapping[str, Scale]) -> Evaluators | None:
    """The section; None where no evaluator is known."""
    found = reported(view)
    if not found and not gathered.tallies:
        return None
    rows = [cells for evaluator in found for cells in _rows(evaluator)]
    marks = [mark for evaluator in found for mark in _marks(evaluator, scales)]
    grid = Grid(_HEADINGS, rows, frozenset({"n", "errors", "unscored", "pending"})) if rows else None
    distributions = {text_of(e.get("name")) or "": mapping(e.get("distribution")) for e in found}
    spreads = list(_spreads(gathered, scales, distributions))
    return Evaluators(grid, drawn("Evaluators", marks), spreads)


def reported(view: RunView) -> list[Document]:
    """The evaluators' figures as the adapter reported them; else what status has of them."""
    found = [e for result in view.results.values() for e in objects(result.get("evaluators"))]
    return found or objects(view.status.get("evaluators"))


def measures(evaluator: Document) -> list[Document]:
    """The measures of one evaluator; status has its mean apart from the others.

    Of right and wrong answers the pass rate is the mean, and is told once.
    """
    found = objects(evaluator.get("measures"))
    if number_of(evaluator.get("value")) is not None:
        found = [{**evaluator, "measure": "Mean"}, *(measure for measure in found if measure.get("measure") != "Mean")]
    told = [tuple(measure.get(field) for field in ("value", "ciLow", "ciHigh", "n")) for measure in found]
    return [measure for place, measure in enumerate(found) if told[place] not in told[:place]]


def _rows(evaluator: Document) -> Iterator[list[Cell]]:
    kind = " ".join(filter(None, (text_of(evaluator.get("type")), text_of(evaluator.get("scoreType")))))
    counts = [count(number_of(evaluator.get(field))) for field in ("errors", "unscored", "pending")]
    name = Cell(text_of(evaluator.get("name")) or "", note=text_of(evaluator.get("digest")) or "")
    found = measures(evaluator)
    if not found:
        yield row(name, kind, NOTHING, NOTHING, NOTHING, count(number_of(evaluator.get("n"))), *counts, NOTHING)
    for place, measure in enumerate(found):
        value = number_of(measure.get("value"))
        method = text_of(measure.get("method")) or ""
        low, high = number_of(measure.get("ciLow")), number_of(measure.get("ciHigh"))
        n = number_of(measure.get("n", evaluator.get("n")))
        yield row(
            *((name, kind) if not place else ("", "")),
            text_of(measure.get("measure")) or "",
            NOTHING if value is None else with_error(value, number_of(measure.get("stderr"))),
            Cell(interval(low, high, method), note=method),
            count(n),
            *(counts if not place else ("", "", "")),
            _scenarios(measure),
        )


def _scenarios(measure: Document) -> str:
    worst, best = number_of(measure.get("ifWorst")), number_of(measure.get("ifBest"))
    return NOTHING if worst is None or best is None else f"{number(worst)} … {number(best)}"


def _marks(evaluator: Document, scales: Mapping[str, Scale]) -> Iterator[Mark]:
    for measure in measures(evaluator):
        value = number_of(measure.get("value"))
        if value is not None:
            what, name = text_of(measure.get("measure")) or "", text_of(evaluator.get("name")) or ""
            yield Mark(
                f"{name}, {what}",
                value,
                number_of(measure.get("ciLow")),
                number_of(measure.get("ciHigh")),
                note=text_of(measure.get("method")) or "",
                span=None if what == "PassRate" else of(scales, name).span,
            )


def _spreads(
    gathered: Gathered, scales: Mapping[str, Scale], distributions: Mapping[str, Document]
) -> Iterator[Spread]:
    for name in sorted(gathered.tallies.keys() | {name for name, counted in distributions.items() if counted}):
        drawing = _spread(name, gathered.tallies.get(name, Tally()), of(scales, name), distributions.get(name, {}))
        if drawing is not None:
            yield Spread(name, drawing)


def _spread(name: str, tally: Tally, scale: Scale, distribution: Document) -> Markup | None:
    """Labels as bars, numbers as a histogram; zeros and ones alone are two bars."""
    title = f"Distribution of {name}"
    counted = {str(label): int(number_of(n) or 0) for label, n in distribution.items()} or dict(tally.labels)
    if counted and (scale.kind != "Boolean" or not tally.values):
        return bars(title, _few(counted), NARROW)
    if not tally.values:
        return None
    if scale.kind == "Boolean" or (set(tally.values) <= _BOTH and scale.span in (None, (0.0, 1.0))):
        right = sum(value == 1.0 for value in tally.values)
        return bars(title, [("1 (true)", right), ("0 (false)", len(tally.values) - right)], NARROW)
    return histogram(title, tally.values, Look(scale.span, width=NARROW))


def _few(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    ordered = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))
    rest = sum(number for _, number in ordered[_MOST_LABELS:])
    return ordered[:_MOST_LABELS] + ([("all others", rest)] if rest else [])
