"""Log-likelihoods over a completions endpoint: does it give them, and how are they aligned without a tokenizer.

A multiple-choice task needs the log-probability of each continuation given its context: the endpoint must echo
the prompt with log-probabilities. Many do not, some ignore the option in silence, so one small call finds out
before a run is built on it.

The harness aligns by token counts and needs the model's tokenizer for that. Where there is none, `OffsetModel`
sends text and finds the continuation by the text offsets in the answer, measured from the prompt's end, since a
server may count a beginning-of-text token that is not part of the text.
"""

import asyncio
import math
from collections.abc import Sequence
from typing import Any

from lm_eval.models.openai_completions import LocalCompletionsAPI

from referee_adapter import Failure
from referee_lm_eval.endpoint import Answers, Call, Endpoint, Json
from referee_lm_eval.model import Asking
from referee_lm_eval.troubles import CallError

_PROMPT = "The capital of France is Paris."
_FEWEST_TOKENS = 3
"""Fewer cannot be the prompt above: they are the one generated token."""


def probe(endpoint: Endpoint, model: str) -> None:
    """Find out whether the endpoint gives prompt log-probabilities.

    Raises:
        Failure: `LogprobsUnavailable`, or what `Endpoint` raises.
    """
    payload = {"model": model, "prompt": _PROMPT, "max_tokens": 1, "temperature": 0, "logprobs": 1, "echo": True}
    call = Call(lambda: dict(payload), lambda output: [_given(output)])
    outcome = asyncio.run(endpoint.ask_all([call], lambda _: None))[0]
    if isinstance(outcome, list) and outcome[0]:
        return
    if isinstance(outcome, CallError) and outcome.again:
        raise Failure("ModelUnreachable", f"probing for log-probabilities: {outcome.message}", retryable=True)
    said = f" (it said: {outcome.message})" if isinstance(outcome, CallError) else ""
    raise Failure(
        "LogprobsUnavailable",
        f"this benchmark compares log-likelihoods, and the endpoint gives no log-probabilities of the prompt (a"
        f" completions call with echo and logprobs){said}; use a server that does, as vLLM, or a generative variant"
        " of the benchmark",
        retryable=False,
    )


def _given(output: Json) -> bool:
    try:
        found = output["choices"][0]["logprobs"]["token_logprobs"]
        return len(found) >= _FEWEST_TOKENS and any(value is not None for value in found[:-1])
    except (KeyError, IndexError, TypeError):
        return False


class OffsetModel(Asking, LocalCompletionsAPI):  # type: ignore[misc]  # the harness is not typed
    """POST /completions with text, aligned by the offsets that the server returns."""

    def loglikelihood(self, requests: list[Any], disable_tqdm: bool = False) -> list[Any]:  # noqa: ARG002, FBT001, FBT002
        """Log-likelihood of each continuation, and whether it is the greedy one."""
        pairs = [_split(*request.args) for request in requests]
        prompts = [(context or self._eos_string or "") + continuation for context, continuation in pairs]
        lengths = [len(continuation) for _, continuation in pairs]
        lists: list[Answers] = asyncio.run(
            self.get_batched_requests(prompts, [], generate=False, ctxlens=lengths),
        )
        answers = [answer for answers in lists for answer in answers]
        noted = zip(requests, answers, strict=True)
        return [(self._note(request, answer[0], -math.inf), answer[1]) for request, answer in noted]

    def loglikelihood_rolling(self, requests: list[Any], disable_tqdm: bool = False) -> list[Any]:  # noqa: ARG002, FBT001, FBT002
        """Refused: windows of a document are cut by tokens."""
        raise Failure(
            "TokenizerUnavailable",
            "perplexity of whole documents needs the model's tokenizer: set parameters.tokenizer_backend to remote or"
            " tiktoken, or to huggingface with parameters.tokenizer",
            retryable=False,
        )

    @staticmethod
    def parse_logprobs(
        outputs: Json,
        tokens: Sequence[str] | None = None,  # noqa: ARG004 - the harness's signature
        ctxlens: Sequence[int] = (),
        **_kwargs: Any,  # noqa: ANN401 - the harness's signature
    ) -> list[tuple[float, bool]]:
        """Sum the continuation's tokens; `ctxlens` are the continuations' lengths in characters."""
        choices = sorted(outputs["choices"], key=lambda choice: choice["index"])
        return [_sum(choice["logprobs"], length) for choice, length in zip(choices, ctxlens, strict=True)]


def _split(context: str, continuation: str) -> tuple[str, str]:
    """As the harness does: spaces at the context's end belong to the continuation, as tokenizers see it."""
    spaces = len(context) - len(context.rstrip())
    return (context[:-spaces], context[-spaces:] + continuation) if spaces else (context, continuation)


def _sum(logprobs: Json, length: int) -> tuple[float, bool]:
    """Log-probability of the last `length` characters of the prompt; the last token is the generated one."""
    offsets, values, tops = logprobs["text_offset"], logprobs["token_logprobs"], logprobs["top_logprobs"]
    start = offsets[-1] - length
    first = next(i for i in range(len(offsets)) if offsets[i + 1] > start)
    if values[first] is None:
        raise ValueError("the first token has no log-probability: set parameters.eos_string to start the prompt with")
    greedy = all(value == max(top.values()) for value, top in zip(values[first:-1], tops[first:-1], strict=True))
    return sum(values[first:-1]), greedy
