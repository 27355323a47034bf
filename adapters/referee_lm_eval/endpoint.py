"""Calls to the model: so many at once, retried, paced, counted, and stopped when told.

The harness has a client of its own, and it is replaced here on purpose: there, one request that fails for good
ends the whole run, a concurrency of one means a new connection per request, back-off is fixed, and nothing can be
counted or stopped. What is sent and how an answer is read stays the harness's, so that scores are the same.

When nobody listens at the address and never did, the first call that has used up its retries ends the run; later,
or while a server only answers errors, a streak of lost calls does.
"""

import asyncio
import json
import random
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from referee_adapter import Execution, Failure, Retry
from referee_lm_eval import troubles
from referee_lm_eval.troubles import CallError

Json = dict[str, Any]
Answers = list[Any]
"""One per prompt of a request."""
Outcome = Answers | CallError
_SHORTEST_STREAK = 10


@dataclass(frozen=True, slots=True)
class Target:
    """Where calls go and how they introduce themselves."""

    url: str
    headers: dict[str, str]
    timeout_seconds: float
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One request: made late, so that thousands need no memory before their turn."""

    payload: Callable[[], Json]
    read: Callable[[Json], Answers]
    """Raises CallError, or anything, where the answer is not what the API promises."""


class Endpoint:
    """One model endpoint, for one run."""

    def __init__(self, target: Target, execution: Execution) -> None:
        self._target = target
        self._retry: Retry = execution.retry
        self._width = execution.batch_size
        self._gap = 60 / execution.requests_per_minute if execution.requests_per_minute else 0.0
        self._next_start = 0.0
        self._answered = False
        self._streak = 0
        self._stopped = False
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def stop(self) -> None:
        """Let go of everything that is not answered; may be called from a signal handler or another thread."""
        self._stopped = True
        if self._running:
            loop, event = self._running
            loop.call_soon_threadsafe(event.set)

    async def ask_all(self, calls: Sequence[Call], done: Callable[[Outcome], object]) -> list[Outcome | None]:
        """Make all calls, in order of their position but several at once.

        Args:
            calls: what to ask.
            done: called as each call is answered or lost.

        Returns:
            Per call its answer, the error that it was lost to, or None where it was stopped before.

        Raises:
            Failure: something that every call would meet.
        """
        outcomes: list[Outcome | None] = [None] * len(calls)
        turns = iter(enumerate(calls))
        stop = asyncio.Event()
        self._running = asyncio.get_running_loop(), stop

        async def work(session: aiohttp.ClientSession) -> None:
            for position, call in turns:
                outcomes[position] = outcome = await self._ask(session, call)
                done(outcome)

        try:
            async with self._session() as session:
                workers = [asyncio.ensure_future(work(session)) for _ in range(min(self._width, len(calls)))]
                await _first_failure_or(stop, workers, already=self._stopped)
        finally:
            self._running = None
        return outcomes

    def _session(self) -> aiohttp.ClientSession:
        trust: ssl.SSLContext | bool = True
        if self._target.ca_file:
            trust = ssl.create_default_context()
            trust.load_verify_locations(cafile=self._target.ca_file)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._width, ssl=trust),
            timeout=aiohttp.ClientTimeout(total=self._target.timeout_seconds),
            headers=self._target.headers,
        )

    async def _ask(self, session: aiohttp.ClientSession, call: Call) -> Outcome:
        delay = self._retry.initial_delay_seconds
        for left in range(self._retry.max_retries, -1, -1):
            await self._wait_for_turn()
            try:
                answer = await self._once(session, call)
            except CallError as error:
                if not error.again or not left:
                    return self._lost(error)
                jitter = random.uniform(0.5, 1) if self._retry.jitter else 1  # noqa: S311 - no secret
                await asyncio.sleep(max(delay * jitter, min(error.wait, self._retry.max_delay_seconds)))
                delay = min(delay * self._retry.backoff_factor, self._retry.max_delay_seconds)
            else:
                self._answered, self._streak = True, 0
                return answer
        raise AssertionError("a loop over at least one try always returns")

    async def _once(self, session: aiohttp.ClientSession, call: Call) -> Answers:
        try:
            async with session.post(self._target.url, json=call.payload()) as response:
                body = await response.text()
                if not response.ok:
                    raise troubles.of_status(response.status, body, response.headers.get("Retry-After"))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise troubles.of_exception(error) from error
        try:
            return call.read(json.loads(body))
        except CallError:
            raise
        except Exception as error:
            raise troubles.of_answer(error) from error

    async def _wait_for_turn(self) -> None:
        if self._gap:
            now = asyncio.get_running_loop().time()
            start = max(now, self._next_start)
            self._next_start = start + self._gap
            await asyncio.sleep(start - now)

    def _lost(self, error: CallError) -> CallError:
        self._streak += 1
        enough = max(_SHORTEST_STREAK, 2 * self._width)
        unheard = not self._answered and not error.connected
        if error.cause == "infrastructure" and (unheard or self._streak >= enough):
            raise Failure(
                "ModelUnreachable",
                f"{self._target.url}: {error.message} ({self._streak} calls lost in a row, each tried"
                f" {self._retry.max_retries + 1} times)",
                retryable=True,
            )
        if error.cause == "model" and not self._answered and self._streak >= enough:
            message = f"{self._target.url} refused the first {self._streak} requests: {error.message}"
            raise Failure("ModelRefusedRequests", message, retryable=False)
        return error


async def _first_failure_or(stop: asyncio.Event, workers: Sequence["asyncio.Future[Any]"], *, already: bool) -> None:
    """Wait until all workers are through, one fails, or `stop`; then no worker is left."""
    stopped: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
    try:
        pending = set(workers)
        while pending and not already and not stopped.done():
            finished, _ = await asyncio.wait({*pending, stopped}, return_when=asyncio.FIRST_COMPLETED)
            pending -= finished
            for worker in finished - {stopped}:
                worker.result()
    finally:
        for task in (*workers, stopped):
            task.cancel()
        await asyncio.gather(*workers, stopped, return_exceptions=True)
