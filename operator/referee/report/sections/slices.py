"""The same figures for parts of the samples, the worst part first: where a model is weak, and how sure that is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from referee.report.numbers import count
from referee.report.runview import Document, RunView, number_of, objects, text_of
from referee.report.scales import Scale, of
from referee.report.sections.evaluators import measures
from referee.report.svg.intervals import Mark, intervals

_MOST = 20
"""Parts in one drawing; all of them are in the results."""


@dataclass(frozen=True, slots=True)
class Part:
    """One evaluator by one field."""

    title: str
    left_out: int
    drawing: Markup


def slices(view: RunView, scales: Mapping[str, Scale]) -> Sequence[Part]:
    """A drawing for each evaluator and field."""
    return [
        Part(title, max(0, len(marks) - _MOST), intervals(title, marks[:_MOST]))
        for title, marks in parts(view, scales).items()
    ]


def parts(view: RunView, scales: Mapping[str, Scale]) -> dict[str, list[Mark]]:
    """The parts by evaluator and field, the worst first."""
    found: defaultdict[tuple[str, str], list[Mark]] = defaultdict(list)
    for result in view.results.values():
        for entry in objects(result.get("slices")):
            by, value = text_of(entry.get("by")) or "", text_of(entry.get("value")) or ""
            for name, measure in _figures(entry):
                mark = _mark(value, measure, number_of(measure.get("n", entry.get("n"))), of(scales, name))
                if mark is not None:
                    found[(name, by)].append(mark)
    return {f"{name} by {by}": _worst_first(marks, of(scales, name)) for (name, by), marks in sorted(found.items())}


def _worst_first(marks: list[Mark], scale: Scale) -> list[Mark]:
    return sorted(marks, key=lambda mark: (-mark.value if scale.lower_is_better else mark.value, mark.label))


def _figures(entry: Document) -> list[tuple[str, Document]]:
    """Of an evaluation by evaluator, its mean or else its first measure; of a benchmark by metric."""
    found = []
    for evaluator in objects(entry.get("evaluators")):
        known = measures(evaluator)
        chosen = next((m for m in known if m.get("measure") == "Mean"), known[0] if known else None)
        if chosen is not None:
            found.append((text_of(evaluator.get("name")) or "", chosen))
    return found + [(text_of(metric.get("name")) or "", metric) for metric in objects(entry.get("metrics"))]


def _mark(value: str, measure: Document, n: float | None, scale: Scale) -> Mark | None:
    figure = number_of(measure.get("value"))
    if figure is None:
        return None
    low, high = number_of(measure.get("ciLow")), number_of(measure.get("ciHigh"))
    method = text_of(measure.get("method")) or ""
    return Mark(f"{value} (n {count(n)})", figure, low, high, note=method, span=scale.span)
