"""What has come so far: the scores in their columns, and how far the run is.

Cells are put by position and epoch, so the order in which samples finish changes no digit of what is made of them.
"""

from collections.abc import Callable, Mapping, Sequence

from referee.core.evaluation.datapoint import Datapoint
from referee.core.evaluation.table import Table
from referee_adapter import Failure
from referee_evaluators.comparison import Baseline
from referee_evaluators.evaluators.judging.agreeing import SelfAgreement
from referee_evaluators.loop.agenda import Item
from referee_evaluators.loop.shard import Receipt
from referee_evaluators.spec import EvaluationSpec
from referee_evaluators.types import Output, Score

_STEPS = 100
"""In which progress is told."""


class Tally:
    """Takes every finished item once."""

    def __init__(  # noqa: PLR0913 - what counts what
        self,
        table: Table,
        total: int,
        evaluation: EvaluationSpec,
        *,
        place: Callable[[Datapoint], tuple[Sequence[str | None], str | None]],
        report: Callable[[int, int, int], None],
        fails: Callable[[str], bool],
        receipt: Receipt | None,
        baseline: Baseline | None,
    ) -> None:
        """Begin at nothing.

        Args:
            table: the columns.
            total: items of the run.
            evaluation: which scores belong to it.
            place: a datapoint's slices and cluster.
            report: is told done, total and errors.
            fails: whether an unscored score of that cause fails the run.
            receipt: of a shard.
            baseline: wants to know the samples.
        """
        self.table = table
        self.total = total
        self.done = self.errors = 0
        self.first_error = ""
        self.votes = SelfAgreement()
        self._place, self._report, self._fails = place, report, fails
        self._receipt, self._baseline = receipt, baseline
        self._names = {evaluator.name for evaluator in evaluation.evaluators}
        self._open = evaluation.open_evaluators
        self._step = max(1, total // _STEPS)
        self._placed = -1
        report(0, total, 0)

    def place(self, item: Item) -> None:
        """A sample of the run, as it comes in the dataset's order."""
        if item.position == self._placed:
            return
        self._placed = item.position
        slices, cluster = self._place(item.datapoint)
        self.table.sample(item.position, slices, cluster)
        if self._baseline is not None:
            self._baseline.place(item.position, item.datapoint)

    def take(self, item: Item, output: Output | None, scores: Mapping[str, Score]) -> None:
        """An item that is through.

        Raises:
            Failure: the job says that such an error fails the run.
        """
        put, position, epoch = self.table.put, item.position, item.epoch
        for name, score in scores.items():
            if score.votes:
                self.votes.take(score)
            if self._known(name):
                put(position, epoch, name, score.outcome, value=score.value, label=score.label, cause=score.cause)
                if score.outcome == "unscored" and self._fails(score.cause or "evaluator"):
                    raise _not_allowed(item, score)
        if self._receipt is not None:
            self._receipt.add(item.datapoint.id, epoch)
        self.done += 1
        if output is not None and output.error is not None:
            self.errors += 1
            self.first_error = self.first_error or output.error.message
        if not self.done % self._step or self.done == self.total:
            self._report(self.done, self.total, self.errors)

    def _known(self, name: str) -> bool:
        return name in self.table.columns or self._open or name.partition(".")[0] in self._names


def _not_allowed(item: Item, score: Score) -> Failure:
    return Failure(
        "ErrorNotAllowed",
        f"sample {item.datapoint.id!r}, evaluator {score.evaluator!r}: {score.error}; execution.onError says Fail",
        retryable=False,
    )
