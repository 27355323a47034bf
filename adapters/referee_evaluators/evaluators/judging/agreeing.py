"""How far a judge agrees with itself: the share of pairs of valid votes on a sample that are the same.

The observed agreement of Fleiss (1971), over the samples with two valid votes or more. Counted as samples finish, and
whole numbers are what is counted, so that the order in which they do changes no digit.
"""

from collections import Counter, defaultdict
from math import comb, fsum
from typing import Any

from referee_evaluators.types import Score


class SelfAgreement:
    """Takes scores one by one."""

    def __init__(self) -> None:
        self._same: dict[str, Counter[int]] = defaultdict(Counter)
        """By score and by how many pairs a sample has: pairs that are the same."""
        self._samples: dict[str, Counter[int]] = defaultdict(Counter)

    def take(self, score: Score) -> None:
        """Count the votes of one score; other scores have none."""
        said = [vote for vote in score.votes if isinstance(vote, dict) and "vote" in vote and "error" not in vote]
        pairs = comb(len(said), 2)
        if pairs:
            alike = Counter((vote.get("value"), vote.get("label")) for vote in said)
            self._same[score.evaluator][pairs] += sum(comb(times, 2) for times in alike.values())
            self._samples[score.evaluator][pairs] += 1

    def of(self, name: str) -> dict[str, Any]:
        """What an evaluator's `agreement` says of its votes; empty where there were none to compare."""
        samples = self._samples[name].total()
        if not samples:
            return {}
        raw = fsum(same / pairs for pairs, same in sorted(self._same[name].items())) / samples
        return {"votes": {"measure": "Raw", "value": raw, "n": samples}}
