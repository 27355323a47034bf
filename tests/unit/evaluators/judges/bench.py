"""A judge's endpoint that answers as a test says, and remembers what it was asked."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from referee.core.evaluation.scoretype import ScoreType
from referee_adapter import Model
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Answer, CallError, Tools
from tests.unit.evaluators.samples import evaluator

STARS = ScoreType(min=1, max=5)
Said = str | None | CallError


@dataclass
class Bench:
    """Gives its answers one after another, or what a function makes of each request."""

    answers: list[Said] | Callable[[Mapping[str, Any], str], Said]
    schemas: bool = True
    """Whether the server takes a JSON schema."""
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def ask(self, request: Mapping[str, Any], key: str) -> Answer:
        self.asked.append(request)
        self.keys.append(key)
        if "response_format" in request and not self.schemas:
            raise CallError("model", "400: response_format is not supported")
        said = self.answers(request, key) if callable(self.answers) else self.answers.pop(0)
        if isinstance(said, CallError):
            raise said
        return Answer(said)

    def tools(self, model: Model | None = None) -> Tools:
        return Tools(endpoint_for=lambda _: self, model=model)


def judge(score: ScoreType = STARS, **block: Any) -> EvaluatorSpec:
    """A judge with a rubric, unless the block has a prompt."""
    more = {key: block.pop(key) for key in ("outputs", "arguments") if key in block}
    rubric = {} if "prompt" in block else {"rubric": "Is it polite?"}
    model = {"model": {"url": "http://judge/v1", "name": "judge"}}
    return evaluator("LLM", {**model, **rubric, **block}, score, name="tone", **more)


def says(score: Any, reasoning: str = "because") -> str:
    return json.dumps({"reasoning": reasoning, "score": score})
