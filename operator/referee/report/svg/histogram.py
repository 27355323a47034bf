"""How values are spread: bars of equal width between round ends."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from referee.report.svg.parts import WIDE, Axis, Frame, alike, joined

_HEIGHT = 120
_LEFT, _BESIDE = 44, 16
_TOP, _BELOW = 12, 24
_MOST_BINS = 24
_LARGE = 1e9
_FEW_VALUES = 11
"""Whole numbers with so few different values, such as 1 to 5, get a bar each."""


def bins(values: Sequence[float], span: tuple[float, float] | None = None) -> tuple[list[float], list[int]]:
    """Edges and the counts between them. The last bin holds its upper edge, too.

    The number of bins is the larger of Sturges' (1926) and Freedman and Diaconis' (1981), as numpy's `auto`; `span` is
    the range of the scale where it is known, so that an empty end is seen.
    """
    low, high = min(values), max(values)
    if span is not None:
        low, high = min(low, span[0]), max(high, span[1])
    if high - low < _FEW_VALUES and max(abs(low), abs(high)) < _LARGE and _whole([low, high, *values]):
        edges = [low - 0.5 + step for step in range(int(high - low) + 2)]
    elif alike(low, high):
        room = max(abs(high), 1) * 0.1
        edges = [low - room, high + room]
    else:
        number = _number(values, high - low)
        edges = [low + (high - low) * step / number for step in range(number)] + [high]
    width = edges[1] - edges[0]
    counts = [0] * (len(edges) - 1)
    for value in values:
        counts[min(int((value - edges[0]) / width), len(counts) - 1)] += 1
    return edges, counts


@dataclass(frozen=True, slots=True)
class Look:
    """How a histogram is shown."""

    span: tuple[float, float] | None = None
    """The scale's range, where it is known."""
    unit: str = ""
    width: float = WIDE


def histogram(title: str, values: Sequence[float], look: Look = Look()) -> Markup:
    """The drawing; with at least one value."""
    edges, counts = bins(values, look.span)
    bottom, most = _TOP + _HEIGHT, max(counts)
    axis = Axis(edges[0], edges[-1], _LEFT, look.width - _BESIDE)
    bars = [
        _bar((axis.at(left), axis.at(right)), count, most, f"{left:.4g} to {right:.4g}{look.unit}: {count}")
        for (left, right), count in zip(pairwise(edges), counts, strict=True)
        if count
    ]
    scale = Markup('<text class="tick" x="{x}" y="{y}" text-anchor="end">{most}</text>')
    height = scale.format(x=_LEFT - 6, y=_TOP + 8, most=most) + scale.format(x=_LEFT - 6, y=bottom, most=0)
    ends = f"from {min(values):.4g} to {max(values):.4g}{look.unit}"
    said = f"{len(values)} values {ends}, the tallest bar has {most}"
    content = axis.drawn(_TOP, bottom) + height + joined(bars)
    return Frame("histogram", title, said, bottom + _BELOW, look.width).around(content)


def _bar(ends: tuple[float, float], count: int, most: int, said: str) -> Markup:
    height = max(1.0, round(_HEIGHT * count / most, 2))
    return Markup(
        '<rect class="bar" x="{x}" y="{y}" width="{width}" height="{height}"><title>{said}</title></rect>'
    ).format(
        x=round(ends[0] + 1, 2),
        y=round(_TOP + _HEIGHT - height, 2),
        width=max(1.0, round(ends[1] - ends[0] - 2, 2)),
        height=height,
        said=said,
    )


def _whole(values: Sequence[float]) -> bool:
    return all(float(value).is_integer() for value in values)


def _number(values: Sequence[float], spread: float) -> int:
    ordered, n = sorted(values), len(values)
    sturges = math.ceil(math.log2(n) + 1)
    quarter = ordered[(3 * n) // 4] - ordered[n // 4]
    freedman = math.ceil(spread / (2 * quarter / n ** (1 / 3))) if quarter > 0 else 0
    return max(1, min(_MOST_BINS, max(sturges, freedman)))
