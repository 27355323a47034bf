"""All evaluators over one sample: quick ones in turn, those that wait for somebody together, composites last.

A sample without an output is not shown to them: each score of each evaluator is then unscored, with the cause that the
output was lost to. So a judge is never paid for a model's error, and no evaluator takes an error message for an answer.
"""

import asyncio
from collections.abc import Mapping, Sequence

from referee.core.evaluation.document import columns_of
from referee_evaluators.evaluators import build, in_order
from referee_evaluators.loop.agenda import Item
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Output, Sample, Score, Scorer, Tools

_Turn = tuple[bool, list[Scorer]]
"""Whether they score in turn, and who they are."""
_QUICK, _WAITING, _COMPOSITE = range(3)


def _kind(evaluator: EvaluatorSpec) -> int:
    return {"LLM": _WAITING, "Code": _WAITING, "Composite": _COMPOSITE}.get(evaluator.type, _QUICK)


class Scoring:
    """The evaluators of a run, at work."""

    def __init__(self, evaluators: Sequence[EvaluatorSpec], tools: Tools) -> None:
        """Make them all.

        Raises:
            Failure: one of them cannot be right.
        """
        ordered = in_order(evaluators)
        self._scorers: dict[str, Scorer] = {e.name: build(e, tools) for e in ordered if not e.pending_by_nature}
        self._names = {e.name: [spec.name for spec in columns_of(e)] for e in ordered}
        self._posted = [e for e in ordered if e.pending_by_nature]
        self._ordered = ordered
        self._known_turns: dict[frozenset[str], list[_Turn]] = {}

    async def score(self, item: Item, output: Output) -> dict[str, Score]:
        """Every score of the sample that is known or can be made; what others owe is pending."""
        scores = item.scores | {name: Score(name, "skipped") for name in item.left_out}
        if output.error is not None:
            self._lost(item, output, scores)
            return scores
        for evaluator in self._posted:
            for name in self._names[evaluator.name]:
                scores.setdefault(name, Score(name, "pending"))
        sample = Sample(item.datapoint, item.epoch, output, scores)
        for quick, scorers in self._turns(item.missing):
            if quick or len(scorers) == 1:
                for scorer in scorers:
                    _add(scores, await scorer.score(sample))
            else:
                for found in await asyncio.gather(*(scorer.score(sample) for scorer in scorers)):
                    _add(scores, found)
        return scores

    async def close(self) -> None:
        """Let go of what they hold."""
        for scorer in self._scorers.values():
            await scorer.close()

    def _turns(self, missing: Sequence[EvaluatorSpec]) -> list[_Turn]:
        """Who scores when; few lists of missing evaluators come up, most samples lack all."""
        names = frozenset(evaluator.name for evaluator in missing)
        turns = self._known_turns.get(names)
        if turns is None:
            kinds = [_kind(e) for e in self._ordered]
            parts = [
                (
                    kind,
                    [
                        self._scorers[e.name]
                        for e, of in zip(self._ordered, kinds, strict=True)
                        if of == kind and e.name in names
                    ],
                )
                for kind in (_QUICK, _WAITING, _COMPOSITE)
            ]
            turns = self._known_turns[names] = [(kind != _WAITING, scorers) for kind, scorers in parts if scorers]
        return turns

    def _lost(self, item: Item, output: Output, scores: dict[str, Score]) -> None:
        error = output.error
        if error is None:
            return
        for evaluator in (*item.missing, *self._posted):
            for name in self._names[evaluator.name]:
                if name not in scores or scores[name].outcome == "pending":
                    scores[name] = Score(name, "unscored", cause=error.cause, error=error.message)


def _add(scores: dict[str, Score], found: Sequence[Score]) -> None:
    for score in found:
        scores[score.evaluator] = score


def new_scores(scores: Mapping[str, Score], known: Mapping[str, Score]) -> list[Score]:
    """Those that are worth a line: made just now, and not only awaited."""
    return [score for name, score in scores.items() if score.outcome != "pending" and known.get(name) is not score]
