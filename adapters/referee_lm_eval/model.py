"""The harness's model classes with our endpoint under them.

Three kinds, one mixin: chat, completions with a tokenizer (the harness's way), and completions aligned by the
server's own text offsets, for servers that give prompt log-probabilities but no tokenizer.

A lost call must not look like an answer. The harness has no word for that, so a lost answer travels through its
sorting as `Lost`, is noted with its sample here, and leaves a placeholder; `skip_lost` then takes those samples out
of the harness's scoring, which is prepared for samples that give no value.
"""

import copy
import json
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

from lm_eval.models.openai_completions import LocalChatCompletion, LocalCompletionsAPI

from referee_lm_eval.endpoint import Answers, Call, Endpoint, Json, Outcome
from referee_lm_eval.troubles import CallError

STOPPED = CallError("not asked: the run was told to stop", cause="stopped", again=False)
_INCOMPLETE = CallError("one of the calls for this sample was lost", cause="infrastructure", again=False)

Sample = tuple[str, int]
"""A task's name and the position among its chosen samples."""


class Lost(float):
    """In place of an answer; a NaN, so that it survives where the harness adds numbers up."""

    error: CallError

    def __new__(cls, error: CallError) -> Self:
        """Remember what the answer was lost to."""
        lost = super().__new__(cls, math.nan)
        lost.error = error
        return lost


class Asking:
    """Mixin: the harness builds and reads, the endpoint asks."""

    endpoint: Endpoint
    on_answered: Callable[[int, bool], object]
    """Called with how many prompts were answered, and whether they were lost."""
    lost: dict[Sample, CallError]
    _batch_size: int
    _seed: int
    create_message: Callable[[Any], Any]
    parse_generations: Callable[..., Any]
    parse_logprobs: Callable[..., Any]
    _create_payload: Callable[..., Json]

    def use(self, endpoint: Endpoint, on_answered: Callable[[int, bool], object]) -> None:
        """Connect to an endpoint; before anything is asked."""
        self.endpoint = endpoint
        self.on_answered = on_answered
        self.lost = {}

    async def get_batched_requests(
        self,
        requests: Sequence[Any],
        cache_keys: Sequence[Any],  # noqa: ARG002 - the harness's signature
        *,
        generate: bool = True,
        ctxlens: Sequence[int] | None = None,
        **kwargs: Any,  # noqa: ANN401 - passed through
    ) -> list[Answers]:
        """Ask for all prompts; an answer per prompt, in the order of the prompts, in lists of a request each."""
        size = self._batch_size
        starts = range(0, len(requests), size)
        calls = []
        for start in starts:
            prompts = list(requests[start : start + size])
            lengths = list(ctxlens[start : start + size]) if ctxlens else [None] * len(prompts)
            calls.append(self._call(prompts, lengths, generate, kwargs))
        outcomes = await self.endpoint.ask_all(calls, lambda outcome: self._count(outcome, size))
        sizes = [min(size, len(requests) - start) for start in starts]
        return [_answers(outcome, count, generate) for outcome, count in zip(outcomes, sizes, strict=True)]

    def _call(self, prompts: list[Any], lengths: list[Any], generate: bool, kwargs: Json) -> Call:  # noqa: FBT001
        def payload() -> Json:
            # The harness's own order of business: each payload takes keys out of its options, hence the copy.
            message = self.create_message(prompts)
            return self._create_payload(message, generate=generate, seed=self._seed, **copy.deepcopy(kwargs))

        def read(output: Json) -> Answers:
            choices = _choices(output, len(prompts))
            if generate:
                return ["" if text is None else text for text in self.parse_generations(outputs={"choices": choices})]
            return list(self.parse_logprobs(outputs={"choices": choices}, tokens=prompts, ctxlens=lengths))

        return Call(payload, read)

    def _count(self, outcome: Outcome, size: int) -> None:
        self.on_answered(size, isinstance(outcome, CallError))

    def generate_until(self, requests: list[Any], disable_tqdm: bool = False) -> list[Any]:  # noqa: FBT001, FBT002
        """Generate; a lost sample's text is empty and noted."""
        answers = super().generate_until(requests, disable_tqdm)  # type: ignore[misc]  # of the class mixed with
        return [self._note(request, answer, "") for request, answer in zip(requests, answers, strict=True)]

    def loglikelihood(self, requests: list[Any], disable_tqdm: bool = False) -> list[Any]:  # noqa: FBT001, FBT002
        """Log-likelihood of each continuation, and whether it is the greedy one."""
        answers = super().loglikelihood(requests, disable_tqdm)  # type: ignore[misc]  # of the class mixed with
        pairs = zip(requests, answers, strict=True)
        return [(self._note(request, answer[0], -math.inf), answer[1]) for request, answer in pairs]

    def loglikelihood_rolling(self, requests: list[Any], disable_tqdm: bool = False) -> list[Any]:  # noqa: FBT001, FBT002
        """Log-likelihood of whole documents."""
        answers = super().loglikelihood_rolling(requests, disable_tqdm)  # type: ignore[misc]  # of the class mixed with
        return [self._note(request, answer, -math.inf) for request, answer in zip(requests, answers, strict=True)]

    def _note(self, request: Any, answer: Any, placeholder: object) -> Any:  # noqa: ANN401 - harness objects
        if isinstance(answer, float) and math.isnan(answer):
            error = answer.error if isinstance(answer, Lost) else _INCOMPLETE
            self.lost.setdefault((request.task_name, request.doc_id), error)
            return placeholder
        return answer


class ChatModel(Asking, LocalChatCompletion):  # type: ignore[misc]  # the harness is not typed
    """POST /chat/completions; the server applies its chat template."""


class CompletionsModel(Asking, LocalCompletionsAPI):  # type: ignore[misc]  # the harness is not typed
    """POST /completions, aligned by a tokenizer."""


def skip_lost(task: Any, lost: dict[Sample, CallError]) -> None:  # noqa: ANN401 - a task of the harness
    """Keep lost samples out of the task's scoring.

    The harness walks the samples twice with `doc_iterator`: to build its requests, when nothing is lost yet, and
    to score.
    """
    walk = task.doc_iterator

    def doc_iterator(**kwargs: Any) -> Iterator[tuple[int, Any]]:  # noqa: ANN401 - passed through
        return ((position, doc) for position, doc in walk(**kwargs) if (task.task_name, position) not in lost)

    task.doc_iterator = doc_iterator


def _answers(outcome: Outcome | None, count: int, generate: bool) -> Answers:  # noqa: FBT001
    if isinstance(outcome, list):
        return outcome
    lost = Lost(outcome or STOPPED)
    return [lost if generate else (lost, False)] * count


def _choices(output: Json, wanted: int) -> list[Json]:
    choices = output.get("choices") if isinstance(output, dict) else None
    if not isinstance(choices, list) or len(choices) != wanted:
        raise ValueError(f"{wanted} choices expected in {json.dumps(output)[:200]}")
    if any(choice.get("finish_reason") == "content_filter" for choice in choices):
        raise CallError("the endpoint's content filter withheld the answer", cause="model", again=False)
    return choices
