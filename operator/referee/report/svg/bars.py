"""Counts by name: a bar each, with the count and its share beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from referee.report.numbers import count, percent
from referee.report.svg.parts import WIDE, Frame, joined, label
from referee.report.visible import one_line

_LEFT, _RIGHT = 0.33, 0.8
"""Where bars begin and end, as shares of the width."""
_ROW = 24
_TOP = 4


def bars(title: str, counts: Sequence[tuple[str, int]], width: float = WIDE) -> Markup:
    """The drawing, in the order that is given."""
    total, most = sum(number for _, number in counts), max(number for _, number in counts)
    rows = [
        _row(name, number, _Drawn(width, most, total), _TOP + place * _ROW)
        for place, (name, number) in enumerate(counts)
    ]
    said = "; ".join(f"{one_line(name, 80)}: {number}" for name, number in counts)
    return Frame("bars", title, said, _TOP + _ROW * len(counts) + 4, width).around(joined(rows))


@dataclass(frozen=True, slots=True)
class _Drawn:
    width: float
    most: int
    total: int


def _row(name: str, number: int, drawn: _Drawn, y: float) -> Markup:
    left, room = _LEFT * drawn.width, (_RIGHT - _LEFT) * drawn.width
    width = max(1.0, round(room * number / drawn.most, 2)) if number else 0
    share = percent(number, drawn.total)
    bar = Markup('<rect class="bar" x="{x}" y="{y}" width="{width}" height="{height}"/>')
    text = Markup('<text class="figures" x="{x}" y="{y}">{text}</text>')
    return Markup("<g>{label}{bar}{text}</g>").format(
        label=label(name, left - 12, y + _ROW / 2 + 4, int(left / 7)),
        bar=bar.format(x=left, y=y + 3, width=width, height=_ROW - 6),
        text=text.format(x=left + width + 8, y=y + _ROW / 2 + 4, text=f"{count(number)} ({share})"),
    )
