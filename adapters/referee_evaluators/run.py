"""One evaluation, from job spec to result: read what is asked and what is there, do what is missing, compute over all.

The order is that of cost. The journal and the dataset are read, evaluators and templates are built, and whatever can be
refused is refused, before the first call of a model. Then the window runs; then the figures are made, from columns in
the dataset's order.

A shard does its share and leaves a receipt: what is computed over all samples is computed by one pod, the next attempt,
which finds them in the journal. uvloop drives the sockets: with it a call costs half the time of our own process.
"""

import asyncio
import gc
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import uvloop

from referee.core.evaluation.document import columns, slice_paths
from referee.core.evaluation.slices import value_at
from referee.core.evaluation.table import Table
from referee_adapter import Context, Failure, Result, SampleCounts, SpecError, Stopped
from referee_evaluators.comparison import Baseline
from referee_evaluators.journal.opening import open_journal
from referee_evaluators.journal.past import Past
from referee_evaluators.journal.port import Journal, NoJournal
from referee_evaluators.loop.agenda import Agenda
from referee_evaluators.loop.scoring import Scoring
from referee_evaluators.loop.shard import Receipt, shard_of
from referee_evaluators.loop.sources import Source, source_of
from referee_evaluators.loop.tally import Tally
from referee_evaluators.loop.window import Window
from referee_evaluators.models import Models
from referee_evaluators.report import policies_of, result_of, usage_of
from referee_evaluators.spec import EvaluationSpec, read_evaluation
from referee_evaluators.templates.prompt import Asking
from referee_evaluators.types import Tools

if TYPE_CHECKING:
    from referee_evaluators.sandbox.pool import SandboxPool

_COLLECT_AFTER = 20_000
"""New objects that are not gone; a window's samples are, sooner or later, without the collector."""


def evaluate(context: Context) -> Result:
    """Run the evaluation that the job spec describes.

    Raises:
        Failure: it cannot be carried out.
        Stopped: told to stop; what there was until then is left as the partial result.
    """
    gc.freeze()  # what is imported stays; the collector need not look at it again for each thousand samples
    gc.set_threshold(_COLLECT_AFTER)
    try:
        evaluation = read_evaluation(context.paths.spec)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_Run(context, evaluation, os.environ).execute())
    except SpecError as error:
        raise Failure("InvalidJobSpec", str(error), retryable=False) from error


class _Run:
    """One run; its parts are made in the running loop."""

    def __init__(self, context: Context, evaluation: EvaluationSpec, environ: Mapping[str, str]) -> None:
        self._context = context
        self._evaluation = evaluation
        self._shard = shard_of(evaluation.shards, environ)
        self._receipt = Receipt(self._shard) if self._shard else None
        self._baseline = Baseline(evaluation) if evaluation.baseline and not self._shard else None
        self._stop = asyncio.Event()

    async def execute(self) -> Result:
        """All of it."""
        loop = asyncio.get_running_loop()
        self._context.on_stop(lambda: loop.call_soon_threadsafe(self._stop.set))
        async with AsyncExitStack() as stack:
            journal, past = await open_journal(self._context)
            stack.push_async_callback(journal.close)
            outputs = await self._other_run(journal)
            source = source_of(self._context, self._evaluation, past, outputs)
            models = Models(self._context, self._evaluation, past.spent)
            stack.push_async_callback(models.close)
            scoring = await self._scoring(models, stack)
            asking = self._asking(source)
            tally = self._tally(source)
            window = Window(
                width=self._context.spec.execution.batch_size,
                endpoint=models.under_test() if asking else None,
                asking=asking,
                scoring=scoring,
                journal=journal,
                observer=tally,
                redact=self._context.credentials.redact,
                shaky=models.shaky,
                attempt=self._context.spec.attempt,
                shown=self._evaluation.prompt.says_something or self._context.spec.model.http is not None,
            )
            agenda = Agenda(self._evaluation, source, past, outputs, self._shard)
            await window.run(iter(agenda), self._stop)
            if self._stop.is_set() and tally.done < tally.total:
                if tally.done:
                    self._context.partial(self._result(tally, source, models, None))
                raise Stopped
            self._refuse_nothing(tally, window)
            await window.finish()
            comparison = await self._baseline.compare(journal, tally.table) if self._baseline else None
            return self._result(tally, source, models, comparison)

    async def _other_run(self, journal: Journal) -> Past | None:
        if "outputsOf" not in self._evaluation.dataset:
            return None
        try:
            found = await journal.read("outputs")
        except NoJournal:
            found = None
        if not found:
            job = self._evaluation.dataset["outputsOf"].get("job")
            message = f"dataset.outputsOf: the results store has no outputs of job {job!r}"
            raise Failure("OutputsNotFound", message, retryable=False)
        return found

    async def _scoring(self, models: Models, stack: AsyncExitStack) -> Scoring:
        sandbox = None
        if self._evaluation.allow_code and any(e.type == "Code" for e in self._evaluation.evaluators):
            from referee_evaluators.sandbox.pool import SandboxPool  # noqa: PLC0415 - most runs have no code

            sandbox = SandboxPool()
            stack.push_async_callback(sandbox.close)
        tools = Tools(endpoint_for=models.judge, sandbox=sandbox, model=self._context.spec.model)
        scoring = Scoring(self._evaluation.evaluators, tools)
        stack.push_async_callback(scoring.close)
        if sandbox is not None:
            await _start(sandbox)
        return scoring

    def _asking(self, source: Source) -> Asking | None:
        if self._evaluation.generation != "Operator":
            return None
        return Asking(self._evaluation.prompt, self._context.spec.model, iter(source))

    def _tally(self, source: Source) -> Tally:
        evaluation = self._evaluation
        paths = slice_paths(evaluation.slices, evaluation.evaluators, evaluation.criteria)
        table = Table(columns(evaluation.evaluators), epochs=evaluation.epochs.count, slices=paths)
        policies = policies_of(evaluation)
        total = source.count
        if self._shard:
            total = sum(self._shard.has(datapoint.id) for datapoint in source)
        return Tally(
            table,
            total * evaluation.epochs.count,
            evaluation,
            report=self._context.report_progress,
            fails=lambda cause: policies.action(cause) == "Fail",
            receipt=self._receipt,
            baseline=self._baseline,
            place=lambda datapoint: (
                [value_at(datapoint.metadata, path) for path in paths],
                value_at(datapoint.metadata, evaluation.cluster_by) if evaluation.cluster_by else None,
            ),
        )

    def _refuse_nothing(self, tally: Tally, window: Window) -> None:
        """A run in which nothing was answered has no figures; what was held back is asked again by the next attempt."""
        if not tally.errors or tally.errors < tally.done or self._receipt:
            return
        raise Failure(
            "NothingScored",
            f"all {tally.errors} samples were lost; the first to: {tally.first_error}",
            retryable=bool(window.held),
        )

    def _result(self, tally: Tally, source: Source, models: Models, comparison: Mapping[str, object] | None) -> Result:
        more = {"usage": usage_of(models.ledger), "datasetDigest": source.digest, "datasetCount": source.size}
        if self._receipt:
            counts = SampleCounts(total=tally.total, scored=tally.done - tally.errors, errors=tally.errors)
            return Result.of_evaluation([], counts, more | {"receipt": self._receipt.wire()})
        more |= {"comparison": comparison} if comparison else {}
        return result_of(tally.table, self._evaluation, more, tally.votes)


async def _start(sandbox: "SandboxPool") -> None:
    from referee_evaluators.sandbox.program import SandboxUnavailable  # noqa: PLC0415 - most runs have no code

    try:
        await sandbox.start()
    except SandboxUnavailable as error:
        raise Failure("SandboxUnavailable", str(error), retryable=False) from error
