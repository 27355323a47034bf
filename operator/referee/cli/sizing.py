"""`referee plan`: how many samples a comparison or an estimate takes, and what a gate will say at a given number.

The figures are those of `core.stats.power`; here they are only asked for and set out. What is supposed of the spread is
always printed with them: it decides everything, and nobody knows it before the run.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from rich.text import Text

from referee.cli.grid import console, grid
from referee.core.stats import power
from referee.core.stats.estimate import Estimate, independent_stderr, interval
from referee.core.stats.power import Design, Difference, Outlook
from referee.report.numbers import NOTHING, count, number, signed

_PILOT = 100_000
"""A size at which the standard error of a pilot says nothing but its spread."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The command's arguments."""

    delta: float | None = None
    half_width: float | None = None
    n: int | None = None
    mean: float = 0.8
    sd: float | None = None
    span: tuple[float, float] | None = None
    """Of a score with a range; None with `sd`: without one. Neither: right and wrong answers."""
    discordance: float = 0.12
    margin: float = 0.02
    confidence: float = 0.95
    found_with: float = power.POWER
    """The power."""
    design: Design = power.INDEPENDENT

    @property
    def allowed(self) -> float:
        """The margin in the score's own units: maxRegression is on the scale from 0 to 1."""
        return self.margin * (self.span[1] - self.span[0]) if self.span else self.margin

    @property
    def boolean(self) -> bool:
        """Whether samples are right or wrong."""
        return self.sd is None

    @property
    def difference(self) -> Difference:
        """What is supposed of the deltas of matched samples."""
        return Difference(discordance=self.discordance) if self.boolean else Difference(sd=self.sd, span=self.span)

    def estimate(self, n: int) -> Estimate:
        """What a run of so many samples would come to."""
        worth = max(2, round(n / self.design.effect))
        if self.boolean:
            return Estimate(self.mean, independent_stderr(self.mean, worth), worth, boolean=True, span=(0.0, 1.0))
        return Estimate(self.mean, (self.sd or 0.0) / worth**0.5, worth, span=self.span)


def plan(asked: Asked) -> None:
    """Print what was asked."""
    out = console()
    for line in lines(asked):
        out.print(Text(line), soft_wrap=True)
    if asked.n is not None:
        _print_outlook(asked, asked.n)
    sys.stdout.flush()


def lines(asked: Asked) -> Iterator[str]:
    """Sentences, the supposition first."""
    yield f"Supposed: {'; '.join(_supposed(asked))}."
    if asked.delta is not None:
        n = power.n_for_delta(asked.delta, asked.difference, asked.confidence, asked.found_with, asked.design)
        found = f"{count(n)} samples in both runs" if n is not None else "no number of samples"
        yield f"To find a regression of {asked.delta:g} with power {asked.found_with:g}: {found}."
    if asked.half_width is not None:
        n = power.n_for_half_width(asked.half_width, asked.estimate(_PILOT), asked.confidence, asked.design)
        found = f"{count(n)} samples" if n is not None else "no number of samples"
        yield f"For an interval of ± {asked.half_width:g} at {100 * asked.confidence:g} %: {found}."
    if asked.n is not None:
        yield from _at(asked, asked.n)


def _supposed(asked: Asked) -> Iterator[str]:
    if asked.boolean:
        yield f"right or wrong answers, {100 * asked.mean:g} % right"
        yield f"{100 * asked.discordance:g} % of the samples differ between two equal models"
    else:
        ends = f"from {asked.span[0]:g} to {asked.span[1]:g}" if asked.span else "without a range"
        yield f"a score {ends}, mean {asked.mean:g}, standard deviation {asked.sd:g} (of a delta, for a comparison)"
    design = asked.design
    if design.epochs > 1:
        yield f"{design.epochs} epochs, {100 * design.within:g} % of the variance between them"
    if design.cluster_size > 1:
        yield f"clusters of {design.cluster_size:g}, intraclass correlation {design.icc:g}"
    if design.effect != 1:
        yield f"so a sample is worth {1 / design.effect:.3g} independent ones of one epoch"


def _at(asked: Asked, n: int) -> Iterator[str]:
    found = interval(asked.estimate(n), asked.confidence)
    if found is not None:
        yield f"With {count(n)} samples: [{number(found.low)}, {number(found.high)}], {found.method}."
    mde = power.mde_paired(n, asked.difference, asked.confidence, asked.found_with, asked.design)
    if mde is None:
        yield f"With {count(n)} samples no regression is found with power {asked.found_with:g}."
    else:
        found_from = f"regressions from {number(mde)} on, with power {asked.found_with:g}"
        yield f"With {count(n)} samples in both runs: {found_from}."


def _print_outlook(asked: Asked, n: int) -> None:
    """What either test of a baseline will say, for several true differences."""
    table = grid("true difference", "test", "passes", "fails", "Unknown", right=("passes", "fails", "Unknown"))
    worse = {0.0, -asked.allowed, -2 * asked.allowed, *([-asked.delta] if asked.delta else [])}
    for delta in sorted(worse, reverse=True):
        design, confidence = asked.design, asked.confidence
        outlooks = {
            f"NonInferiority, maxRegression {asked.margin:g}": power.non_inferiority(
                n, asked.difference, delta, asked.allowed, confidence, design
            ),
            "SignificantRegression": power.significant_regression(n, asked.difference, delta, confidence, design),
        }
        for place, (test, outlook) in enumerate(outlooks.items()):
            table.add_row(
                "equal" if not delta and not place else "" if place else signed(delta), test, *_shares(outlook)
            )
    console().print(table)


def _shares(outlook: Outlook | None) -> tuple[str, str, str]:
    if outlook is None:
        return NOTHING, NOTHING, NOTHING
    left = max(0.0, 1 - outlook.passes - outlook.fails)
    return f"{100 * outlook.passes:.1f} %", f"{100 * outlook.fails:.1f} %", f"{100 * left:.1f} %"
