"""What each benchmark came to: its primary metric first, then the others that its adapter reported."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from referee.report.numbers import NOTHING, count, interval, number, with_error
from referee.report.runview import Document, RunView, mapping, number_of, objects, text_of
from referee.report.sections.gates import drawn, sentence
from referee.report.sections.grid import Cell, Grid, row
from referee.report.svg.intervals import Mark

_HEADINGS = ("benchmark", "phase", "metric", "value ± stderr", "interval", "n", "samples", "errors", "unscored", "why")


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """The section."""

    grid: Grid
    drawings: Sequence[Markup]


def benchmarks(view: RunView) -> Benchmarks | None:
    """The section; None for an evaluation, whose one benchmark is its evaluators."""
    found = objects(view.status.get("benchmarks"))
    if not found or view.spec.get("evaluation"):
        return None
    rows = [cells for benchmark in found for cells in _rows(benchmark, view)]
    marks = [_mark(benchmark) for benchmark in found]
    return Benchmarks(
        Grid(_HEADINGS, rows, frozenset({"n", "samples", "errors", "unscored"})), drawn("Primary metrics", marks)
    )


def _rows(benchmark: Document, view: RunView) -> Iterator[list[Cell]]:
    index = benchmark.get("index")
    full = mapping(view.results.get(index)) if isinstance(index, int) else {}
    primary = mapping(benchmark.get("primary"))
    known = objects(benchmark.get("metrics"))
    names = {metric.get("name") for metric in [primary, *known]}
    others = [m for m in [*known, *objects(full.get("metrics"))] if m.get("name") != primary.get("name")]
    others = [m for m in others if m in known or m.get("name") not in names]
    counts = [count(number_of(benchmark.get(field))) for field in ("samples", "errors", "unscored")]
    reason = text_of(benchmark.get("reason")) or ""
    why = Cell(" ".join(filter(None, (reason, text_of(benchmark.get("message"))))), note=sentence(reason))
    partial = " (partial)" if benchmark.get("partial") else ""
    title = f"{text_of(benchmark.get('provider'))}/{text_of(benchmark.get('id'))}{partial}"
    yield row(title, text_of(benchmark.get("phase")) or "", *_metric(primary), *counts, why)
    for metric in others:
        yield row("", "", *_metric(metric), "", "", "", "")


def _metric(metric: Document) -> tuple[str | Cell, ...]:
    value = number_of(metric.get("value"))
    if value is None:
        return NOTHING, number(None), NOTHING, NOTHING
    method = text_of(metric.get("method")) or ""
    ends = number_of(metric.get("ciLow")), number_of(metric.get("ciHigh"))
    return (
        text_of(metric.get("name")) or "",
        with_error(value, number_of(metric.get("stderr"))),
        Cell(interval(*ends, method), note=method),
        count(number_of(metric.get("n"))),
    )


def _mark(benchmark: Document) -> Mark | None:
    primary = mapping(benchmark.get("primary"))
    value = number_of(primary.get("value"))
    if value is None:
        return None
    name = f"{text_of(benchmark.get('id'))}, {text_of(primary.get('name'))}"
    return Mark(name, value, number_of(primary.get("ciLow")), number_of(primary.get("ciHigh")))
