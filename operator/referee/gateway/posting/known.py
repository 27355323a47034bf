"""Which samples a run has, where that is known before anything is posted: refused is what can be none of them.

A client that counts epochs from 0, or mistypes an id, would else fill a run with samples that nobody asked for, and one
of them would complete it. Made of the object at each post and not kept: few rows stand in a manifest, many
jobs are watched.
"""

from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

from referee.core.evaluation.inline import InlineError, datapoints_of
from referee.gateway.errors import Malformed
from referee.runtime.kube import Object


@dataclass(frozen=True, slots=True)
class Known:
    """What may be posted about."""

    ids: frozenset[str] | None
    """None: nobody knows before the run."""
    epochs: int

    @classmethod
    def of(cls, obj: Object) -> Self:
        """What a planned job says."""
        spec = obj["spec"]
        epochs = ((spec.get("execution") or {}).get("epochs") or {}).get("count") or 1
        return cls(_ids(spec["evaluation"], obj["status"]["plan"]["evaluation"].get("data") or {}), int(epochs))

    def refuse_others(self, where: str, sample_id: str, epoch: int) -> None:
        """Go on only with a sample that the run can have.

        Raises:
            Malformed: naming what is none.
        """
        if not 1 <= epoch <= self.epochs:
            said = f"there are 1 to {self.epochs}" if self.epochs > 1 else "there is only 1"
            raise Malformed(f"{where}: epoch: {epoch} is none of this run: {said} (execution.epochs.count)")
        if self.ids is not None and sample_id not in self.ids:
            raise Malformed(f"{where}: sample_id: {sample_id!r:.200} is no datapoint of this run's dataset")


def _ids(asked: Any, data: Any) -> frozenset[str] | None:  # noqa: ANN401 - the parts of an object
    rows = (asked.get("dataset") or {}).get("inline") if data.get("inSpec") else data.get("inline")
    if not rows:
        return None
    drawn = (asked.get("sampling") or {}).get("method", "First") != "First"  # which ones, only the run knows
    try:
        points = datapoints_of(rows, (data.get("file") or {}).get("mapping"))
        return frozenset(point.id for point in (points if drawn else islice(points, asked.get("numExamples"))))
    except InlineError:  # no operator plans such rows
        return None
