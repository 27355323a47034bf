"""An endpoint as the loop and the judges see it: ask, and there is an answer or a reason.

Each endpoint has connections of its own, so that a judge that hangs takes none from the model. Why they are ours and
not a library's: see `wire`.

When nobody listens at the address and never did, the first call that has used up its retries ends the run; later, or
while a server only answers errors, a streak of lost calls does. Such an end is retryable: the next attempt goes on
where this one stopped.
"""

import asyncio
import json
import random
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from referee_adapter import Failure
from referee_evaluators.endpoint import troubles
from referee_evaluators.endpoint.cache import Cache
from referee_evaluators.endpoint.dialects import dialect_of
from referee_evaluators.endpoint.ledger import Ledger, cost
from referee_evaluators.endpoint.pace import Pace
from referee_evaluators.endpoint.target import Target
from referee_evaluators.endpoint.troubles import Trouble
from referee_evaluators.endpoint.wire import Wire
from referee_evaluators.types import Answer, CallError, Usage

_SHORTEST_STREAK = 10
_CHARACTERS_A_TOKEN = 4
"""Of English text, roughly; only where the server does not count."""
_FIRST_REDIRECT = 300


@dataclass(frozen=True, slots=True)
class Shared:
    """What all endpoints of a run have in common."""

    ledger: Ledger
    cache: Cache | None


class HttpEndpoint:
    """One endpoint, for one run; made inside the running loop."""

    def __init__(self, target: Target, shared: Shared) -> None:
        """Connect to nothing yet."""
        self._target = target
        self._retry = target.retry
        self._dialect = dialect_of(target.model)
        self._ledger, self._cache = shared.ledger, shared.cache
        self._account = shared.ledger.account(target.model.pricing)
        self.pace = Pace(target.requests_per_minute, target.tokens_per_minute)
        self._asked = Cache.target(f"{self._dialect.method} {self._dialect.url}", target.headers)
        self._wire = Wire(
            self._dialect.method, self._dialect.url, target.headers, target.model.timeout_seconds, _trust(target)
        )
        self._answered = False
        self.streak = 0
        """Calls lost in a row, to whatever cause."""

    async def ask(self, request: Mapping[str, Any], key: str) -> Answer:
        """Ask, from the cache or over the wire; see `types.Endpoint`.

        Raises:
            CallError: there is no answer, for good.
            Failure: no call to this endpoint would be answered.
        """
        body = self._dialect.body(request)
        if self._cache is None:
            return await self._tried(body)
        digest = Cache.key(self._asked, body, key)
        found = self._cache.get(digest)
        if found is not None:
            self._account.cache_hits += 1
            return found
        answer = await self._tried(body)
        self._cache.put(digest, answer)
        return answer

    async def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    async def _tried(self, body: bytes) -> Answer:
        delay = self._retry.initial_delay_seconds
        for left in range(self._retry.max_retries, -1, -1):
            try:
                answer = await self._once(body)
            except Trouble as trouble:
                if trouble.wait is not None:
                    self.pace.complained(min(trouble.wait, self._retry.max_delay_seconds))
                if not trouble.again or not left:
                    raise self._lost(trouble) from None
                jitter = random.uniform(0.5, 1) if self._retry.jitter else 1  # noqa: S311 - no secret
                asked = min(trouble.wait or 0, self._retry.max_delay_seconds)
                await asyncio.sleep(max(delay * jitter, asked))
                delay = min(delay * self._retry.backoff_factor, self._retry.max_delay_seconds)
            else:
                self._answered, self.streak = True, 0
                return answer
        raise AssertionError("a loop over at least one try always returns")

    async def _once(self, body: bytes) -> Answer:
        expected = len(body) // _CHARACTERS_A_TOKEN + int(self._account.usual)
        if (pause := self.pace.delay(expected)) > 0:
            await asyncio.sleep(pause)
        self._ledger.begin(self._account)
        usage: Usage | None = None
        try:
            started = perf_counter()
            raw = await self._exchange(body)
            latency = perf_counter() - started
            try:
                document = json.loads(raw)
                usage = self._dialect.usage(document)
                text, message, _ = self._dialect.read(document)
            except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
                usage = usage or self._estimated(body, "")
                raise troubles.of_answer(error) from error
            if usage is None:
                usage = self._estimated(body, text or "")
        finally:
            self._ledger.end(self._account, usage)
        self.pace.settle(usage.input_tokens + usage.output_tokens - expected)
        pricing = self._account.pricing
        price = cost(pricing, usage.input_tokens, usage.output_tokens) if pricing else None
        return Answer(text, message, usage, latency, price)

    async def _exchange(self, body: bytes) -> bytes:
        try:
            status, raw, retry_after = await self._wire.exchange(body)
        except OSError as error:
            raise troubles.of_exception(error) from error
        if status < _FIRST_REDIRECT:
            return raw
        said = raw.decode(errors="replace")
        raise troubles.of_status(status, said, retry_after, whose=self._target.whose, answered=self._answered)

    def _estimated(self, body: bytes, text: str) -> Usage:
        return Usage(len(body) // _CHARACTERS_A_TOKEN, len(text) // _CHARACTERS_A_TOKEN, estimated=True)

    def _lost(self, trouble: Trouble) -> CallError:
        self.streak += 1
        enough = max(_SHORTEST_STREAK, 2 * self._target.width)
        unheard = not self._answered and not trouble.connected
        whose = self._target.whose
        if trouble.cause == "infrastructure" and (unheard or self.streak >= enough):
            counts = f"{self.streak} calls lost in a row, each tried {self._retry.max_retries + 1} times"
            message = f"{whose}: {trouble.message} ({counts})"
            raise Failure("ModelUnreachable", message, retryable=True)
        if trouble.cause == "model" and not self._answered and self.streak >= enough:
            message = f"{whose} refused the first {self.streak} requests: {trouble.message}"
            raise Failure("ModelRefusedRequests", message, retryable=False)
        return CallError(trouble.cause, trouble.message)


def _trust(target: Target) -> ssl.SSLContext | None:
    if target.ca_file is None:
        return None
    trust = ssl.create_default_context()
    trust.load_verify_locations(cafile=target.ca_file)
    return trust
