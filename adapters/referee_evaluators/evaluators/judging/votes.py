"""What several votes of a judge come to.

The median of numbers, the majority of labels. A vote that is invalid is left out, and with fewer than half of them
valid, or a tie, there is no score. No vote is asked for again because of what it said: a judge that is asked twice only
where it said no reads a true 0.80 as 0.83, at one wrong answer in ten. With an even number of valid votes left the
median is the mean of the middle two. Every vote is kept as it came.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from referee.core.evaluation.scoretype import ScoreType
from referee_evaluators.types import Score

Aggregation = Literal["Median", "Majority"]


@dataclass(frozen=True, slots=True)
class Votes:
    """How votes are counted."""

    count: int
    by: Aggregation | None = None
    """None: as the type of score needs."""

    def counted(self, name: str, type_: ScoreType, votes: Sequence[Score], records: Sequence[dict[str, Any]]) -> Score:
        """One score of many.

        Args:
            name: of the score.
            type_: of the score.
            votes: a score for each, unscored where invalid.
            records: what is kept of each.
        """
        valid = [vote for vote in votes if vote.outcome == "scored"]
        kept: dict[str, Any] = {"votes": tuple(records), "source": "judge"}
        if 2 * len(valid) < self.count or not valid:
            return _lost(name, votes, len(valid), kept)
        if type_.type == "Numerical" and self.by != "Majority":
            value = median(float(vote.value or 0) for vote in valid)
            near = min(valid, key=lambda vote: abs((vote.value or 0) - value))
            return Score(name, "scored", value=value, explanation=self._why(near, valid), **kept)
        (first, most), *others = Counter((vote.value, vote.label) for vote in valid).most_common()
        if others and others[0][1] == most:
            error = f"a tie: {', '.join(_said(vote) for vote in valid)}"
            return Score(name, "unscored", cause="evaluator", error=error, **kept)
        chosen = next(vote for vote in valid if (vote.value, vote.label) == first)
        why = self._why(chosen, valid)
        return Score(name, "scored", value=chosen.value, label=chosen.label, explanation=why, **kept)

    def _why(self, followed: Score, valid: Sequence[Score]) -> str | None:
        """What the vote that was followed says, and how many said the same."""
        if self.count == 1:
            return followed.explanation
        same = sum((vote.value, vote.label) == (followed.value, followed.label) for vote in valid)
        return f"[{same} of {self.count} votes: {_said(followed)}] {followed.explanation or ''}".rstrip()


def _lost(name: str, votes: Sequence[Score], valid: int, kept: dict[str, Any]) -> Score:
    failed = [vote for vote in votes if vote.outcome != "scored"]
    causes = {vote.cause for vote in failed}
    cause = "BudgetExhausted" if causes == {"BudgetExhausted"} else "evaluator"
    first = failed[0].error or ""
    error = first if len(votes) == 1 else f"{valid} of {len(votes)} votes valid; the first that failed: {first}"
    return Score(name, "unscored", cause=cause, error=error, **kept)


def _said(vote: Score) -> str:
    return vote.label if vote.label is not None else f"{vote.value:g}"
