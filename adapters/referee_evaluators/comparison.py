"""This run beside its baseline: the earlier run's scores from the results store, paired sample by sample.

The earlier run's samples are put into a table of their own at the places of their partners here, so that what compares
sees two columns of one length. What that run had and this one lacks is only counted.
"""

from collections.abc import Mapping
from typing import Any

from referee.core.evaluation.compare import Matched, Run, compare, document
from referee.core.evaluation.datapoint import Datapoint
from referee.core.evaluation.decision import Terms
from referee.core.evaluation.document import columns, columns_of
from referee.core.evaluation.pairing import Pairing
from referee.core.evaluation.table import Table
from referee_adapter import Failure
from referee_evaluators.journal.past import Past
from referee_evaluators.journal.port import Journal, NoJournal
from referee_evaluators.journal.records import score_of
from referee_evaluators.loop.labels import settled
from referee_evaluators.loop.sources import datapoint_of
from referee_evaluators.report import method_of
from referee_evaluators.spec import EvaluationSpec


class Baseline:
    """The comparison of one run; told of each sample here, then asked once."""

    def __init__(self, evaluation: EvaluationSpec) -> None:
        """Take what is compared."""
        self._evaluation = evaluation
        self._pairing = Pairing()

    def place(self, position: int, datapoint: Datapoint) -> None:
        """A sample of this run."""
        self._pairing.here(position, datapoint.id, datapoint.key)

    async def compare(self, journal: Journal, table: Table) -> Mapping[str, Any]:
        """The part `comparison` of the result document.

        Raises:
            Failure: the baseline's samples cannot be read.
        """
        baseline = self._evaluation.baseline
        if baseline is None:
            return {}
        try:
            past = await journal.read("baseline")
        except NoJournal as error:
            message = f"baseline: the results store has no samples of job {baseline.job!r}"
            raise Failure("BaselineNotFound", message, retryable=False) from error
        there = self._table(past, self._told(past))
        terms = Terms(baseline.test, baseline.max_regression, baseline.min_matched, self._evaluation.confidence)
        pairs = self._pairs
        matched = Matched(pairs.positions(), pairs.unmatched)
        ours = {c.name: e.digest for e in self._evaluation.evaluators for c in columns_of(e)}
        theirs = {c.name: baseline.digests.get(c.name, "") for e in self._evaluation.evaluators for c in columns_of(e)}
        found = compare(Run(table, ours), Run(there, theirs), matched, method_of(self._evaluation), terms)
        return document(f"{baseline.job}/{baseline.attempt}", matched, found, terms)

    def _told(self, past: Past) -> list[str]:
        ids = []
        for sample_id in past.sample_ids():
            record = past.of(sample_id, 1).record
            if record is not None:
                self._pairing.there(sample_id, record.get("key") or datapoint_of(record).key)
                ids.append(sample_id)
        self._pairs = self._pairing.match()
        return ids

    def _table(self, past: Past, ids: list[str]) -> Table:
        evaluation = self._evaluation
        table = Table(columns(evaluation.evaluators), epochs=evaluation.epochs.count)
        for sample_id in ids:
            position = self._pairs.position(sample_id)
            if position is None:
                continue
            table.sample(position)
            for epoch in range(1, evaluation.epochs.count + 1):
                kept = past.of(sample_id, epoch)
                scores = {name: score_of(wire) for (name, _), wire in kept.scores.items()}
                for evaluator in evaluation.evaluators:
                    if evaluator.pending_by_nature:
                        names = [c.name for c in columns_of(evaluator)]
                        scores |= settled(evaluator, names, kept.scores, sample_id)
                for name, score in scores.items():
                    table.put(
                        position, epoch, name, score.outcome, value=score.value, label=score.label, cause=score.cause
                    )
        return table
