"""The window: so many samples in flight, each from its question to its acknowledged record.

A sample keeps its place in the window until the journal has it. So whatever kills this process, the endpoint has then
been asked for what is in the journal and for at most one window more. There is one task a place, not one a sample: a
million samples make no more of them than a hundred.

While an endpoint is losing calls, finished samples with errors are held back from the journal: should the run end
there, the next attempt asks for them again instead of finding them lost for good.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from referee_evaluators.endpoint.ledger import begin_sample
from referee_evaluators.journal.port import Journal
from referee_evaluators.journal.records import Finished, line_of
from referee_evaluators.loop.agenda import Item
from referee_evaluators.loop.scoring import Scoring, new_scores
from referee_evaluators.templates.prompt import Asking
from referee_evaluators.templates.template import NotRendered
from referee_evaluators.types import Answer, CallError, Endpoint, Output, Score

_ASKED = ("messages", "prompt", "body")
_BREATH = 256
"""Items that need nobody, after which the loop looks at signals and other tasks."""


class Observer(Protocol):
    """Is told what becomes of the items."""

    def place(self, item: Item) -> None:
        """An item comes, in the dataset's order."""
        ...

    def take(self, item: Item, output: Output | None, scores: Mapping[str, Score]) -> None:
        """An item is through."""
        ...


class Window:
    """One run over an agenda."""

    def __init__(  # noqa: PLR0913 - the parts of the run
        self,
        *,
        width: int,
        endpoint: Endpoint | None,
        asking: Asking | None,
        scoring: Scoring,
        journal: Journal,
        observer: Observer,
        redact: Callable[[str], str],
        shaky: Callable[[], bool],
        shown: bool,
        attempt: int,
    ) -> None:
        """Put the parts together.

        Args:
            width: samples in flight.
            endpoint: the model under test; None where nothing is generated.
            asking: makes requests of datapoints; None where nothing is generated.
            scoring: the evaluators.
            journal: keeps what is through.
            observer: counts it.
            redact: masks secrets.
            shaky: whether an endpoint is losing calls just now.
            shown: keep what was asked; False where the datapoint says it.
            attempt: of the benchmark.
        """
        self._width = width
        self._endpoint = endpoint
        self._asking = asking
        self._scoring = scoring
        self._journal = journal
        self._observer = observer
        self._redact = redact
        self._shaky = shaky
        self._shown = shown
        self._attempt = attempt
        self._held: list[bytes] = []

    async def run(self, items: Iterator[Item], stop: asyncio.Event) -> None:
        """Do all of them, or as many as there is time for.

        Raises:
            Failure: the run cannot go on.
        """
        workers = [asyncio.ensure_future(self._work(items, stop)) for _ in range(self._width)]
        await _first_failure_or(stop, workers)

    @property
    def held(self) -> int:
        """Finished samples that are not in the journal."""
        return len(self._held)

    async def finish(self) -> None:
        """The run stands as it is: what was held back is part of it."""
        await self._keep_held()

    async def _work(self, items: Iterator[Item], stop: asyncio.Event) -> None:
        since = 0
        observer = self._observer
        for item in items:
            if stop.is_set():
                return
            observer.place(item)
            if item.done:
                observer.take(item, item.output, item.scores)
                since += 1
            else:
                await self._do(item)
                since += item.output is not None
            if since >= _BREATH:
                since = 0
                await asyncio.sleep(0)

    async def _do(self, item: Item) -> None:
        output, asked = item.output, None
        spent = begin_sample()
        if output is None:
            output, asked = await self._generate(item)
        scores = await self._scoring.score(item, output)
        made = new_scores(scores, item.scores)
        line = line_of(
            Finished(
                item.datapoint,
                item.epoch,
                output,
                made,
                kept=item.record,
                attempt=self._attempt,
                spent=spent.wire() if spent.requests else None,
                prompt=asked,
            ),
            self._redact,
        )
        if self._shaky() and (output.error is not None or any(score.outcome == "unscored" for score in made)):
            self._held.append(line)
        else:
            await self._journal.put(line)
            if self._held and not self._shaky():
                await self._keep_held()
        self._observer.take(item, output, scores)

    async def _generate(self, item: Item) -> tuple[Output, Any]:
        asked = None
        if self._endpoint is None or self._asking is None:
            return Output(None, error=CallError("model", "there is no model to ask")), None
        try:
            request = self._asking.request(item.datapoint)
            asked = next((request[name] for name in _ASKED if name in request), None) if self._shown else None
            answer = await self._endpoint.ask(request, str(item.epoch))
        except CallError as error:
            return Output(None, error=error), asked
        except NotRendered as error:
            return Output(None, error=CallError("model", f"prompt: {error}")), asked
        return _output(answer), asked

    async def _keep_held(self) -> None:
        held, self._held = self._held, []
        for line in held:
            await self._journal.put(line)


def _output(answer: Answer) -> Output:
    return Output(
        answer.text, answer.message, answer.usage, answer.latency, answer.cost, error=None, cached=answer.cached
    )


async def _first_failure_or(stop: asyncio.Event, workers: Sequence["asyncio.Future[None]"]) -> None:
    """Wait until all workers are through, one fails, or `stop`; then no worker is left."""
    stopped: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
    try:
        pending: set[asyncio.Future[Any]] = set(workers)
        while pending and not stopped.done():
            finished, _ = await asyncio.wait({*pending, stopped}, return_when=asyncio.FIRST_COMPLETED)
            pending -= finished
            for worker in finished - {stopped}:
                worker.result()
    finally:
        for task in (*workers, stopped):
            task.cancel()
        await asyncio.gather(*workers, stopped, return_exceptions=True)
