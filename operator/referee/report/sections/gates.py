"""Every criterion: what was measured, what it was held against, and what came of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from referee.api.conditions import Reason
from referee.report.numbers import NOTHING, count, interval, number
from referee.report.runview import Document, RunView, mapping, number_of, objects, text_of
from referee.report.scales import UNKNOWN_SCALE, Scale, scale_of_benchmark, scales_of
from referee.report.sections.grid import Cell, Grid, outcome, row
from referee.report.svg.intervals import Mark, intervals

_HEADINGS = ("criterion", "on", "value", "interval", "n", "wanted", "result", "why")


@dataclass(frozen=True, slots=True)
class Gates:
    """The section."""

    grid: Grid
    drawings: Sequence[Markup]


def gates(view: RunView) -> Gates | None:
    """The section; None where nothing has criteria."""
    found = objects(mapping(view.status.get("verdict")).get("gates"))
    if not found:
        return None
    subjects = _Subjects(view)
    rows = [_row(gate, lower=subjects.scale(gate).lower_is_better) for gate in found]
    marks = [_mark(gate, subjects.scale(gate)) for gate in found]
    grid = Grid(_HEADINGS, rows, frozenset({"value", "n"}))
    return Gates(grid, drawn("Criteria and the intervals that decided them", marks))


def drawn(title: str, marks: Iterable[Mark | None]) -> list[Markup]:
    """Marks of one scale on one axis; one whose scale nobody knows has a drawing of its own."""
    groups: dict[object, list[Mark]] = {}
    for place, mark in enumerate(marks):
        if mark is not None:
            groups.setdefault(_scale(mark) or place, []).append(mark)
    return [
        intervals(title if len(groups) == 1 else f"{title}: {', '.join(mark.label for mark in group)}", group)
        for group in groups.values()
    ]


def sentence(reason: str) -> str:
    """What a reason means."""
    known = Reason.named(reason)
    return known.sentence if known else reason


def _scale(mark: Mark) -> tuple[float, float] | None:
    if mark.span is not None:
        return mark.span
    values = (mark.value, mark.low, mark.high, mark.limit)
    return (0.0, 1.0) if all(v is None or 0 <= v <= 1 for v in values) else None


def _row(gate: Document, *, lower: bool) -> list[Cell]:
    result, reason = text_of(gate.get("result")) or "", text_of(gate.get("reason")) or ""
    needed = number_of(gate.get("nNeeded"))
    why = reason + (f"; about {count(needed)} samples would decide" if needed else "")
    sign = "≤" if lower else "≥"
    bound = "" if gate.get("bound") in (None, "Point") else f"{'upper' if lower else 'lower'} end "
    optional = "" if gate.get("required", True) else " (not required)"
    threshold = number_of(gate.get("threshold"))
    return row(
        text_of(gate.get("subject")) or "",
        text_of(gate.get("measure")) or "",
        number(number_of(gate.get("value"))),
        interval(number_of(gate.get("ciLow")), number_of(gate.get("ciHigh")), text_of(gate.get("method"))),
        count(number_of(gate.get("n"))),
        f"{bound}{sign} {NOTHING if threshold is None else f'{threshold:g}'}{optional}",
        outcome(result),
        Cell(why, note=sentence(reason)),
    )


def _mark(gate: Document, scale: Scale) -> Mark | None:
    value, subject = number_of(gate.get("value")), text_of(gate.get("subject")) or ""
    if value is None:
        return None
    return Mark(
        subject.removeprefix("benchmark ").removeprefix("evaluator "),
        value,
        number_of(gate.get("ciLow")),
        number_of(gate.get("ciHigh")),
        number_of(gate.get("threshold")),
        text_of(gate.get("result")) or "",
        text_of(gate.get("method")) or "",
        None if gate.get("measure") == "PassRate" else scale.span,
    )


class _Subjects:
    """The scale of what a gate is on: the evaluator or the benchmark that its subject names."""

    def __init__(self, view: RunView) -> None:
        self._scales: dict[str, Scale] = scales_of(view)
        planned = objects(mapping(view.status.get("plan")).get("benchmarks"))
        self._benchmarks = {f"benchmark {b.get('provider')}/{b.get('id')}": scale_of_benchmark(b) for b in planned}

    def scale(self, gate: Document) -> Scale:
        subject = text_of(gate.get("subject")) or ""
        if subject in self._benchmarks:
            return self._benchmarks[subject]
        names = [name for name in self._scales if subject.removeprefix("evaluator ").startswith(name)]
        return self._scales[max(names, key=len)] if names else UNKNOWN_SCALE
