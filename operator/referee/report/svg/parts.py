"""What every drawing is made of: the frame with its title, an axis, numbers of a coordinate.

Colours are classes of the page's style sheet, so that a drawing follows the reader's light or dark and prints in black.
What a mark means is never told by colour alone: it also has a shape, or a word beside it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from referee.report.visible import one_line

WIDE, NARROW = 760, 460
"""Units of a drawing that has the page's width, and of one of two beside each other; the page scales both the same."""
_MOST_TICKS = 6
_RESOLUTION = 1e-9
_SMALLEST = 1e-12
"""A width below it; ticks are rounded to so many digits."""
_LABEL = 34
"""Characters that fit left of an axis."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis from left to right."""

    low: float
    high: float
    left: float
    right: float

    def at(self, value: float) -> float:
        """Where a value lies; beyond the ends it lies at the end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.left + share * (self.right - self.left), 2)

    def ticks(self) -> list[float]:
        """Round values along it."""
        step = _round_step((self.high - self.low) / _MOST_TICKS)
        first = math.ceil(round(self.low / step, 6))
        last = math.floor(round(self.high / step, 6))
        return [round(number * step, 12) for number in range(first, last + 1)]

    def drawn(self, top: float, bottom: float) -> Markup:
        """Its grid lines and their values below them."""
        line = Markup('<line class="grid" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>')
        text = Markup('<text class="tick" x="{x}" y="{y}" text-anchor="middle">{label}</text>')
        drawn = [
            line.format(x=self.at(tick), top=top, bottom=bottom)
            + text.format(x=self.at(tick), y=bottom + 14, label=f"{tick:.6g}")
            for tick in self.ticks()
        ]
        return joined(drawn)


def fitting(values: Iterable[float], left: float, right: float) -> Axis:
    """An axis with all the values: from 0 to 1 where they are shares, else a little wider than they are."""
    known = list(values) or [0.0]
    low, high = min(known), max(known)
    if low >= 0 and high <= 1:
        return Axis(0, 1, left, right)
    room = max(abs(high), 1) * 0.1 if alike(low, high) else 0.05 * (high - low)
    return Axis(low - room, high + room, left, right)


@dataclass(frozen=True, slots=True)
class Frame:
    """A drawing without its content; title and description are what a screen reader says."""

    kind: str
    title: str
    description: str
    height: float
    width: float = WIDE

    def around(self, content: Markup) -> Markup:
        """The whole drawing."""
        return Markup(
            '<svg class="plot {kind} {size}" viewBox="0 0 {width} {height}" role="img">'
            "<title>{title}</title><desc>{description}</desc>{content}</svg>"
        ).format(
            kind=self.kind,
            size="wide" if self.width == WIDE else "narrow",
            width=self.width,
            height=self.height,
            title=self.title,
            description=self.description,
            content=content,
        )


def label(text: str, x: float, y: float, most: int = _LABEL) -> Markup:
    """Text that ends at x; where it is too long its whole is in a tooltip."""
    short = one_line(text, most)
    return Markup('<text class="label" x="{x}" y="{y}" text-anchor="end">{short}<title>{text}</title></text>').format(
        x=x, y=y, short=short, text=one_line(text, 400)
    )


def alike(low: float, high: float) -> bool:
    """Whether two values are too close together for an axis between them: its ticks would have no digits left."""
    return high - low <= max(_RESOLUTION * max(abs(low), abs(high)), _SMALLEST)


def joined(parts: Sequence[Markup]) -> Markup:
    """One after another."""
    return Markup().join(parts)


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten, and at least so much."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * (1 - 1e-9))
