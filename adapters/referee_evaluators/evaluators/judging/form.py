"""The form of a judge's answer.

The sentence that asks for it, the JSON schema for servers that hold models to one, and the reading of what came.

One JSON object with the reasoning first, since a model that has to name the score first justifies it afterwards. The
range stands in the sentence and not in the schema: a server that holds a model to it lets a 10 end after the 1, and an
error becomes a score. What is out of range is refused by us, never brought back into it.

Read is what models really send: the object alone, in a fenced block, after thinking aloud, or between sentences; the
last object with the right keys counts.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from referee.core.evaluation.scoretype import ScoreType
from referee_evaluators.spec import EvaluatorSpec

_THINKING = re.compile(r"\A.*?</think(?:ing)?>", re.DOTALL)
_MOST_STARTS = 200
"""Opening braces of an answer that are tried."""


class Unreadable(Exception):  # noqa: N818 - an answer to ask again for, not a bug
    """A judge's answer that is not of the form; the message says what is wrong with it."""


class Form:
    """How one evaluator's judge has to answer."""

    def __init__(self, evaluator: EvaluatorSpec) -> None:
        self._types = {output.key: output.score for output in evaluator.outputs}
        self._single = evaluator.score
        self._key = "scores" if self._types else "score"

    @property
    def sentence(self) -> str:
        """What the prompt ends with."""
        if self._types:
            inner = ", ".join(f"{json.dumps(key)}: {_wanted(type_)}" for key, type_ in self._types.items())
            wanted = f"{{{inner}}}"
        else:
            wanted = _wanted(self._single)
        return (
            "Answer with one JSON object and nothing else:\n"
            f'{{"reasoning": <your reasons, in a few sentences>, "{self._key}": {wanted}}}'
        )

    def reminder(self, why: str) -> str:
        """What is said to a judge whose answer could not be read."""
        return f"Your answer could not be read: {why}. {self.sentence}"

    @property
    def response_format(self) -> dict[str, Any]:
        """For servers that hold the model to a schema."""
        types = self._types or {"": self._single}
        scores = {key: _schema(type_) for key, type_ in types.items()}
        wanted = _object(scores) if self._types else scores[""]
        schema = _object({"reasoning": {"type": "string"}, self._key: wanted})
        # a score of any JSON cannot be held to a strict schema
        strict = all(type_.type != "JSON" for type_ in types.values())
        return {"type": "json_schema", "json_schema": {"name": "judgement", "strict": strict, "schema": schema}}

    def read(self, text: str | None) -> tuple[Any, str | None]:
        """The score as it was given (an object of them where there are several keys), and the reasoning.

        Raises:
            Unreadable: there is no object with the score in it.
        """
        answer = _THINKING.sub("", text or "")
        if not answer.strip():
            raise Unreadable("it is empty")
        found = [candidate for candidate in _objects(answer) if self._key in candidate]
        if not found:
            raise Unreadable(f"it has no JSON object with the key {self._key!r}")
        value, reasoning = found[-1][self._key], found[-1].get("reasoning")
        if self._types and not isinstance(value, Mapping):
            raise Unreadable(f"{self._key!r} must be an object with the keys {', '.join(self._types)}")
        return value, reasoning if isinstance(reasoning, str) else None


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    """The JSON objects in a text, those inside others left out."""
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    position = 0
    for _ in range(_MOST_STARTS):
        position = text.find("{", position)
        if position < 0:
            return
        try:
            found, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            position += 1
        else:
            yield found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _wanted(type_: ScoreType) -> str:
    match type_.type:
        case "Boolean":
            return "<true or false>"
        case "Categorical":
            names = " or ".join(json.dumps(choice.name, ensure_ascii=False) for choice in type_.choices)
            return f"[<any of {names.replace(' or ', ', ')}>]" if type_.multiple else f"<{names}>"
        case "Comment":
            return "<a text>"
        case "JSON":
            return "<any JSON value>"
    return f"<a number{_range(type_)}>"


def _range(type_: ScoreType) -> str:
    best = f", where {'lower' if type_.lower_is_better else 'higher'} is better"
    if type_.min is not None and type_.max is not None:
        return f" from {type_.min:g} to {type_.max:g}{best}"
    if type_.min is not None:
        return f" of at least {type_.min:g}{best}"
    return f" of at most {type_.max:g}{best}" if type_.max is not None else best


def _schema(type_: ScoreType) -> dict[str, Any]:
    if type_.type == "Categorical":
        one = {"type": "string", "enum": [choice.name for choice in type_.choices]}
        return {"type": "array", "items": one} if type_.multiple else one
    if type_.type == "JSON":
        return {}
    return {"type": {"Boolean": "boolean", "Comment": "string"}.get(type_.type, "number")}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
