"""External and human evaluators: others score, here it is only said that a score is awaited.

What was posted already is in the journal and is not asked for again; whoever closes the run says what is still pending
then means.
"""

from collections.abc import Sequence

from referee_evaluators.evaluators.scores import types_of
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Sample, Score, Scorer, Tools


class _Posted:
    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Each of them is awaited, whatever the sample is."""
        del sample
        return [Score(name, "pending") for name in self._names]

    async def close(self) -> None:
        """Nothing is held."""


def build(evaluator: EvaluatorSpec, tools: Tools) -> Scorer:
    """An evaluator whose scores are posted."""
    del tools
    return _Posted(tuple(types_of(evaluator)))
