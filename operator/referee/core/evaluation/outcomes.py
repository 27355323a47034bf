"""What a pair of sample and evaluator can come to, and what each of it means for the figures.

It is scored, unscored (an error, with its cause), skipped (the evaluator says: does not apply) or pending (others have
not posted yet). None of the last three is ever a number by itself: zero is the best score of a metric where lower is
better.

Unscored. `execution.onError` says per class of cause what it means:

- Exclude: it is in no estimate. Every gate is computed again with all such samples at their worst and at their best.
- Worst: it counts as the bad end of the range. It is decided then, and has no second scenario; it still counts against
  maxErrorRate.
- Fail: the run fails, as one that could not be carried out. No verdict is made of it.

A target that is missing and a budget that is used up are of no class: nothing was tried, so they are always excluded.

Pending. While the run waits it stays pending. When it has ended, `externalResults.onDeadline` says what is left means:

- Unknown: gates over the evaluator cannot be decided, however good the rest is.
- Fail: they fail: whoever set it asked for the labels to be there in time. The figures are of what is there.
- ScorePartial: what is missing is left out like a sample that was never drawn; `minN` says how much must be there. It
  has no scenarios: an unlabelled sample did not fail, and whoever chose this said that a part is enough. The count is
  kept as `excluded`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from referee.core.evaluation.scoretype import ScoreType

Outcome = Literal["scored", "unscored", "skipped", "pending"]
Action = Literal["Exclude", "Worst", "Fail"]
Closing = Literal["", "Unknown", "Fail", "ScorePartial"]
CauseClass = Literal["model", "infrastructure", "evaluator"]

TARGET_MISSING = "TargetMissing"
BUDGET_EXHAUSTED = "BudgetExhausted"
_OUTPUT_CAUSES: tuple[CauseClass, ...] = ("model", "infrastructure")


def cause_class(cause: str) -> CauseClass | None:
    """Whose fault an unscored pair is; None where nothing was tried. A word that we do not know is the evaluator's."""
    if cause in (TARGET_MISSING, BUDGET_EXHAUSTED):
        return None
    return next((known for known in _OUTPUT_CAUSES if known == cause), "evaluator")


def without_output(cause: str) -> bool:
    """Whether there was nothing to score: the sample could not be run."""
    return cause in _OUTPUT_CAUSES


@dataclass(frozen=True, slots=True)
class Policies:
    """What the user says of pairs without a score."""

    model: Action = "Exclude"
    infrastructure: Action = "Exclude"
    evaluator: Action = "Exclude"
    closing: Closing = ""
    """Of pending ones; empty: the run still waits for them."""

    def action(self, cause: str) -> Action:
        """What an unscored pair of that cause means."""
        found = cause_class(cause)
        if found is None:
            return "Exclude"
        return {"model": self.model, "infrastructure": self.infrastructure, "evaluator": self.evaluator}[found]

    def refused(self, types: Iterable[tuple[str, ScoreType]]) -> str | None:
        """Why they cannot be applied to these evaluators, for before the first call; None if they can.

        Args:
            types: name and score type of each evaluator.
        """
        fields = ("model", "infrastructure", "evaluator")
        worst = [field for field in fields if getattr(self, field) == "Worst"]
        for name, type_ in types if worst else ():
            if type_.worst is None and type_.type not in ("Comment", "JSON"):
                return (
                    f"execution.onError.{worst[0]} is Worst, and evaluator {name!r} has no bad end of its range:"
                    f" give its score a {'max' if type_.lower_is_better else 'min'}, or use Exclude"
                )
        return None
