"""What is left to do: every sample in every epoch, in the dataset's order, less what the journal holds.

A sample is done when it has an output, or an error that stands for it, and a score of each evaluator. What only lacks
scores is not generated again; what only others can score is left pending. Labels of people are brought together here,
since each of them is a line of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from referee.core.evaluation.datapoint import Datapoint
from referee.core.evaluation.document import columns_of
from referee_evaluators.journal.past import Kept, Past
from referee_evaluators.journal.records import output_of, score_of
from referee_evaluators.loop.labels import left_out, settled
from referee_evaluators.loop.shard import Shard
from referee_evaluators.loop.sources import Source
from referee_evaluators.spec import EvaluationSpec, EvaluatorSpec
from referee_evaluators.types import CallError, Output, Score

_OWN = "adapter"
"""The source of what a run itself says of a score."""
_NO_OUTPUT = CallError("model", "the datapoint has no recorded output")
_NO_OUTPUT_THERE = CallError("infrastructure", "the run whose outputs are scored has none of this sample and epoch")


@dataclass(slots=True)
class Item:
    """A sample in one epoch."""

    position: int
    """Of the datapoint in what is run."""
    datapoint: Datapoint
    epoch: int
    output: Output | None = None
    """None: to be generated, or awaited."""
    record: Mapping[str, Any] | None = None
    """What the journal has of it, the output included."""
    scores: dict[str, Score] = field(default_factory=dict)
    """That are known, by the score's name."""
    missing: Sequence[EvaluatorSpec] = ()
    """That have to score."""
    left_out: Sequence[str] = ()
    """Scores that nobody is asked for, and of which the journal does not say so yet."""
    awaited: bool = False
    """Others have not posted the output yet."""

    @property
    def done(self) -> bool:
        """Nothing is to be done here: a recorded output that only others score is still to be kept."""
        return self.awaited or (self.record is not None and not self.missing and not self.left_out)


class Agenda:
    """All items of a run; iterated once."""

    def __init__(
        self,
        evaluation: EvaluationSpec,
        source: Source,
        past: Past,
        outputs: Past | None,
        shard: Shard | None,
    ) -> None:
        """Take what is there."""
        self._evaluation = evaluation
        self._source = source
        self._past, self._outputs = past, outputs
        self._shard = shard
        self._names = {e.name: [spec.name for spec in columns_of(e)] for e in evaluation.evaluators}
        self._computed = [e for e in evaluation.evaluators if not e.pending_by_nature]

    def __iter__(self) -> Iterator[Item]:
        epochs = range(1, self._evaluation.epochs.count + 1)
        shard = self._shard
        for position, datapoint in enumerate(self._source):
            if shard is None or shard.has(datapoint.id):
                for epoch in epochs:
                    yield self._item(position, datapoint, epoch)

    def _item(self, position: int, datapoint: Datapoint, epoch: int) -> Item:
        item = Item(position, datapoint, epoch, missing=self._computed, left_out=self._left_out(datapoint.id))
        if len(self._past):
            self._remember(item, self._past.of(datapoint.id, epoch))
        if item.output is None:
            item.output = self._given(datapoint, epoch)
            item.awaited = item.output is None and self._evaluation.generation == "External"
        return item

    def _remember(self, item: Item, kept: Kept) -> None:
        if kept.record is not None:
            item.output, item.record = output_of(kept.record), kept.record
        for (name, _), wire in kept.scores.items():
            item.scores[name] = score_of(wire)
        for evaluator in self._evaluation.evaluators:
            if evaluator.pending_by_nature:
                item.scores |= settled(evaluator, self._names[evaluator.name], kept.scores, item.datapoint.id)
        item.left_out = [name for name in item.left_out if (name, _OWN) not in kept.scores]
        item.missing = [e for e in self._computed if not self._scored(e, item.scores)]

    def _left_out(self, sample_id: str) -> list[str]:
        return [name for e in self._evaluation.evaluators if left_out(e, sample_id) for name in self._names[e.name]]

    def _scored(self, evaluator: EvaluatorSpec, scores: Mapping[str, Score]) -> bool:
        return all(name in scores for name in self._names[evaluator.name])

    def _given(self, datapoint: Datapoint, epoch: int) -> Output | None:
        """The output that nobody has to generate."""
        if self._evaluation.generation != "Recorded":
            return None
        if self._outputs is not None:
            record = self._outputs.of(datapoint.id, epoch).record
            return Output(None, error=_NO_OUTPUT_THERE) if record is None else output_of(record)
        recorded = datapoint.output
        if recorded is None:
            return Output(None, error=_NO_OUTPUT)
        if isinstance(recorded, str):
            return Output(recorded)
        content = recorded.get("content")
        return Output(content if isinstance(content, str) else None, recorded)
