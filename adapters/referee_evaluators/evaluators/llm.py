"""LLM evaluators: another model judges.

Each vote is a call of its own, told apart by its number, so that no cache answers the second with the first. An answer
that cannot be read is asked for once more, with a reminder in the same conversation; one that can be read and is out of
its range, or names an unknown choice, is the judge's mistake and an error of the evaluator: asking until it fits would
choose its answers. A failed call costs the vote, for the judge is not the model under test.

Servers differ in whether they hold a model to a JSON schema. The first call asks for it, alone; where the server
refuses the request and takes it without, this judge is asked without from then on.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, Literal

from referee_adapter import Model, SpecError
from referee_adapter.fields import Fields
from referee_evaluators.evaluators.judging.form import Form, Unreadable
from referee_evaluators.evaluators.judging.question import Question
from referee_evaluators.evaluators.judging.votes import Aggregation, Votes
from referee_evaluators.evaluators.scores import UNDECLARED, all_unscored, several, taken, types_of, unscored
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.templates.template import NotRendered
from referee_evaluators.types import Answer, CallError, Endpoint, Sample, Score, Scorer, Tools

_log = logging.getLogger(__name__)
_KEPT = 2000
"""Characters of an answer that could not be read."""


@dataclass(frozen=True, slots=True)
class _Judge:
    """What is declared of a judge."""

    question: Question
    form: Form
    votes: Votes
    api: str
    seed: int | None
    """Of its parameters; each vote gets another."""
    own_format: bool
    """Its parameters say themselves what form answers have."""


def build(evaluator: EvaluatorSpec, tools: Tools) -> Scorer:
    """A judge that is ready to be asked.

    Raises:
        SpecError: it cannot be asked what it is declared to be asked.
    """
    fields = Fields(evaluator.block, f"evaluators.{evaluator.name}.llm")
    own = fields.optional_child("model")
    api = own.choice("api", ("Chat", "Completions", "HTTP")) if own else (tools.model.api if tools.model else "Chat")
    if api == "HTTP":
        raise SpecError("llm.model.api is HTTP; a judge is asked over Chat or Completions")
    parameters = own.mapping("parameters") if own else (tools.model.parameters if tools.model else None) or {}
    prompt, rubric = fields.optional_text("prompt"), fields.optional_text("rubric")
    if (prompt is None) == (rubric is None):
        raise SpecError("llm: exactly one of prompt, rubric must be set")
    question, votes = Question(prompt, rubric), _votes(evaluator, fields)
    if question.needs_target and evaluator.arguments == "TargetFree":
        _log.warning(
            "evaluator %r speaks of the target and is TargetFree: it judges samples without one", evaluator.name
        )
    for warning in remarks(evaluator, tools.model):
        _log.warning("%s", warning)
    seed = parameters.get("seed")
    judge = _Judge(
        question=question,
        form=Form(evaluator),
        votes=votes,
        api=api,
        seed=seed if isinstance(seed, int) else None,
        own_format="response_format" in parameters,
    )
    return _LLM(evaluator, judge, tools.endpoint_for(evaluator))


def remarks(evaluator: EvaluatorSpec, model: Model | None) -> list[str]:
    """What is not wrong with a judge, and should be known."""
    fields = Fields(evaluator.block, f"evaluators.{evaluator.name}.llm")
    own = fields.optional_child("model")
    said = []
    if own is None:
        said.append(f"evaluator {evaluator.name!r} names no model, so the model under test judges itself")
    elif model and (own.text("url").rstrip("/"), own.text("name", "")) == (model.url, model.name):
        said.append(f"evaluator {evaluator.name!r} is judged by the model under test, {model.name}")
    temperature = (own.mapping("parameters") if own else {}).get("temperature")
    if fields.integer("votes", 1) > 1 and temperature == 0:
        said.append(f"evaluator {evaluator.name!r} votes at temperature 0: its votes will hardly differ")
    return said


class _LLM:
    def __init__(self, evaluator: EvaluatorSpec, judge: _Judge, endpoint: Endpoint) -> None:
        self._evaluator = evaluator
        self._judge = judge
        self._endpoint = endpoint
        self._held_to_schema: bool | None = None if judge.api == "Chat" and not judge.own_format else False
        """Whether the server takes a schema; None: nobody has asked yet."""
        self._first = asyncio.Lock()

    async def score(self, sample: Sample) -> Sequence[Score]:
        """What the judge says of one sample, or why it says nothing."""
        try:
            question = f"{self._judge.question.text(sample)}\n\n{self._judge.form.sentence}"
        except NotRendered as error:
            return all_unscored(self._evaluator, f"the prompt cannot be filled: {error}", source="judge")
        begun = perf_counter()
        votes = await asyncio.gather(
            *(self._vote(question, sample, number) for number in range(1, self._judge.votes.count + 1))
        )
        duration = perf_counter() - begun
        names = list(dict.fromkeys(score.evaluator for scores, _ in votes for score in scores))
        return [replace(self._counted(name, votes), duration=duration) for name in names]

    async def close(self) -> None:
        """The endpoint is closed by who made it."""

    def _counted(self, name: str, votes: Sequence[tuple[Sequence[Score], Mapping[str, Any]]]) -> Score:
        found = [(next((s for s in scores if s.evaluator == name), None), record) for scores, record in votes]
        given = [(score or unscored(name, "this vote lacks it"), record) for score, record in found]
        records = [_record(score, record) for score, record in given]
        scores = [score for score, _ in given]
        type_ = types_of(self._evaluator).get(name, UNDECLARED)
        return self._judge.votes.counted(name, type_, scores, records)

    async def _vote(self, question: str, sample: Sample, number: int) -> tuple[Sequence[Score], Mapping[str, Any]]:
        """The scores of one vote, and what is kept of it."""
        key = f"{sample.datapoint.id}\n{sample.datapoint.key}\n{sample.epoch}\n{self._evaluator.name}\n{number}"
        record: dict[str, Any] = {"vote": number}
        request = self._request(question, number)
        try:
            answer = await self._ask(request, key)
            try:
                value, why = self._judge.form.read(answer.text)
            except Unreadable as error:
                record["reminded"] = str(error)
                answer = await self._ask(self._reminded(request, answer, str(error)), f"{key}\nreminder")
                value, why = self._judge.form.read(answer.text)
        except CallError as error:
            cause = "BudgetExhausted" if error.cause == "BudgetExhausted" else "evaluator"
            return all_unscored(self._evaluator, f"the judge did not answer: {error.message}", cause), record
        except Unreadable as error:
            record["answer"] = (answer.text or "")[:_KEPT]
            return all_unscored(self._evaluator, f"the judge's answer cannot be read: {error}"), record
        if self._evaluator.outputs:
            return several(self._evaluator, value, explanation=why), record
        ((name, type_),) = types_of(self._evaluator).items()
        return [taken(name, type_, value, explanation=why)], record

    def _request(self, question: str, number: int) -> dict[str, Any]:
        asked = {"prompt": question} if self._judge.api == "Completions" else {"messages": [_message("user", question)]}
        return asked if self._judge.seed is None else {**asked, "seed": self._judge.seed + number - 1}

    def _reminded(self, request: Mapping[str, Any], answer: Answer, why: str) -> dict[str, Any]:
        said, reminder = answer.text or "", self._judge.form.reminder(why)
        if "prompt" in request:
            return {**request, "prompt": f"{request['prompt']}\n\n{said}\n\n{reminder}"}
        return {**request, "messages": [*request["messages"], _message("assistant", said), _message("user", reminder)]}

    async def _ask(self, request: Mapping[str, Any], key: str) -> Answer:
        if self._held_to_schema is None:
            async with self._first:
                if self._held_to_schema is None:
                    return await self._ask_first(request, key)
        return await self._endpoint.ask(self._held(request) if self._held_to_schema else request, key)

    async def _ask_first(self, request: Mapping[str, Any], key: str) -> Answer:
        """Find out whether the server takes a schema; a server that fails says nothing about that."""
        try:
            answer = await self._endpoint.ask(self._held(request), key)
        except CallError as refused:
            if refused.cause != "model":
                raise
            answer = await self._endpoint.ask(request, key)
            _log.info("evaluator %r: its server takes no JSON schema: %s", self._evaluator.name, refused.message)
            self._held_to_schema = False
        else:
            self._held_to_schema = True
        return answer

    def _held(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {**request, "response_format": self._judge.form.response_format}


def _votes(evaluator: EvaluatorSpec, fields: Fields) -> Votes:
    count = fields.integer("votes", 1, low=1)
    if count % 2 == 0:
        raise SpecError(f"llm.votes is {count}: an even number of votes can end in a tie; use {count + 1}")
    kinds = {type_.type for type_ in types_of(evaluator).values()}
    choices: tuple[Literal[""] | Aggregation, ...] = ("", "Median", "Majority")
    asked = fields.choice("aggregation", choices)
    by: Aggregation | None = None if asked == "" else asked
    if count > 1 and kinds & {"Comment", "JSON"}:
        raise SpecError(f"llm.votes is {count}, and comments and JSON have no majority; use 1")
    if by == "Median" and "Numerical" not in kinds:
        raise SpecError("llm.aggregation is Median, and only numbers have one; use Majority")
    return Votes(count, by)


def _record(score: Score, record: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a vote: JSON, without what is not known."""
    known = {
        "value": score.value,
        "label": score.label,
        "explanation": score.explanation,
        "error": score.error,
    }
    return {**record, **{key: value for key, value in known.items() if value is not None}}


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}
