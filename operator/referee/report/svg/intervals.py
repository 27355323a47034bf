"""Estimates with their intervals, one below another on one axis, and the limit that each is held against.

Of a value without an interval there is the dot alone. The dot's shape tells the outcome: a disc passed, a diamond
failed, a ring is undecided; what is not gated is a small disc.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from referee.report.numbers import number
from referee.report.svg.parts import Axis, Frame, fitting, joined, label

_LEFT, _RIGHT = 250, 590
_ROW = 26
_TOP = 10
_BELOW = 24
_SIZE = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of the drawing."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    limit: float | None = None
    outcome: str = ""
    """Pass, Fail, Unknown, or nothing where it is not gated."""
    note: str = ""
    """Said in the tooltip."""
    span: tuple[float, float] | None = None
    """Between which ends such values can lie, where that is known: the axis shows all of it."""


def intervals(title: str, marks: Sequence[Mark], zero: float | None = None) -> Markup:
    """The drawing; `zero` draws a line for no difference."""
    bottom = _TOP + _ROW * len(marks)
    known = [(mark.value, mark.low, mark.high, mark.limit, *(mark.span or ())) for mark in marks]
    values = [value for figures in known for value in figures if value is not None]
    axis = fitting([*values, *([zero, *(-v for v in values)] if zero is not None else [])], _LEFT, _RIGHT)
    rows = [_row(mark, axis, _TOP + _ROW * (place + 0.5)) for place, mark in enumerate(marks)]
    middle = Markup()
    if zero is not None:
        middle = Markup('<line class="zero" x1="{x}" x2="{x}" y1="{y1}" y2="{y2}"/>').format(
            x=axis.at(zero), y1=_TOP, y2=bottom
        )
    content = axis.drawn(_TOP, bottom) + middle + joined(rows)
    said = "; ".join(_said(mark) for mark in marks)
    return Frame("intervals", title, said, bottom + _BELOW).around(content)


def _row(mark: Mark, axis: Axis, y: float) -> Markup:
    parts = [label(mark.label, _LEFT - 12, y + 4)]
    if mark.limit is not None:
        parts.append(
            Markup('<line class="limit" x1="{x}" x2="{x}" y1="{y1}" y2="{y2}"/>').format(
                x=axis.at(mark.limit), y1=y - _ROW / 2 + 3, y2=y + _ROW / 2 - 3
            )
        )
    if mark.low is not None and mark.high is not None:
        parts.append(
            Markup('<line class="interval {tone}" x1="{x1}" x2="{x2}" y1="{y}" y2="{y}"/>').format(
                tone=_tone(mark), x1=axis.at(mark.low), x2=axis.at(mark.high), y=y
            )
        )
    parts.append(_dot(mark, axis.at(mark.value), y))
    figures = Markup('<text class="figures" x="{x}" y="{y}">{text}</text>')
    parts.append(figures.format(x=_RIGHT + 12, y=y + 4, text=_figures(mark)))
    return Markup('<g class="mark"><title>{said}</title>{parts}</g>').format(said=_said(mark), parts=joined(parts))


def _dot(mark: Mark, x: float, y: float) -> Markup:
    if mark.outcome == "Fail":
        corners = " ".join(f"{x + dx},{y + dy}" for dx, dy in ((0, -_SIZE), (_SIZE, 0), (0, _SIZE), (-_SIZE, 0)))
        return Markup('<polygon class="dot fail" points="{corners}"/>').format(corners=corners)
    radius = _SIZE - 1 if mark.outcome else _SIZE - 2
    return Markup('<circle class="dot {tone}" cx="{x}" cy="{y}" r="{r}"/>').format(tone=_tone(mark), x=x, y=y, r=radius)


def _tone(mark: Mark) -> str:
    return {"Pass": "pass", "Fail": "fail", "Unknown": "unknown"}.get(mark.outcome, "plain")


def _figures(mark: Mark) -> str:
    if mark.low is None or mark.high is None:
        return number(mark.value)
    return f"{number(mark.value)} [{number(mark.low)}, {number(mark.high)}]"


def _said(mark: Mark) -> str:
    return " ".join(_sentence(mark))


def _sentence(mark: Mark) -> Iterator[str]:
    yield f"{mark.label}: {_figures(mark)}"
    if mark.limit is not None:
        yield f"against {mark.limit:g}"
    if mark.outcome:
        yield f"({mark.outcome})"
    if mark.note:
        yield f"- {mark.note}"
