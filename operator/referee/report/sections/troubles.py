"""What went wrong, by cause: never a score, and never left out of the count."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from referee.report.gathering import Gathered
from referee.report.runview import RunView, mapping, number_of, text_of
from referee.report.sections.evaluators import reported
from referee.report.svg.bars import bars


@dataclass(frozen=True, slots=True)
class Example:
    """One sample that a cause spoiled."""

    id: str
    said: str


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause with what it was said to be."""

    title: str
    count: int
    examples: Sequence[Example]


@dataclass(frozen=True, slots=True)
class Troubles:
    """The section."""

    drawing: Markup
    causes: Sequence[Cause]


def troubles(view: RunView, gathered: Gathered) -> Troubles | None:
    """The section; None where all went well."""
    causes = [
        Cause(f"{who}: {cause}", trouble.count, [Example(sample.id, said) for sample, said in trouble.examples])
        for (who, cause), trouble in gathered.troubles.items()
    ]
    causes = sorted(causes or _reported(view), key=lambda cause: (-cause.count, cause.title))
    if not causes:
        return None
    return Troubles(bars("Causes of missing scores", [(cause.title, cause.count) for cause in causes]), causes)


def _reported(view: RunView) -> list[Cause]:
    """Where no samples are at hand: the evaluators' own counts."""
    found = []
    for evaluator in reported(view):
        for cause, counted in mapping(evaluator.get("causes")).items():
            if number := int(number_of(counted) or 0):
                found.append(Cause(f"{text_of(evaluator.get('name'))}: {cause}", number, ()))
    return found
