"""What the model under test is asked of a datapoint.

A prompt of the job, filled with the datapoint; without one the datapoint's own messages, else its input as one message
of a user. Texts of the data are never templates: who may write a row would else write the prompt.

The names in a template are compared with the first datapoints: `{{ input.contry }}` that no row has is refused before
the first call. A row that alone lacks a field is that row's error.

A message whose content is `{{ messages }}` and nothing else stands for the datapoint's messages, so that a system
prompt can go before a recorded conversation.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from referee.core.evaluation.datapoint import Datapoint
from referee.core.evaluation.placeholders import PROMPT, as_text, refusal
from referee_adapter import Failure, Model, SpecError
from referee_evaluators.spec import Prompt
from referee_evaluators.templates.body import Body
from referee_evaluators.templates.template import NotRendered, Template

_LOOKED_AT = 100
"""Datapoints that names are compared with."""
_ALL_MESSAGES = re.compile(r"\s*\{\{-?\s*messages\s*-?\}\}\s*")


class Asking:
    """Makes the request for a datapoint: what differs from sample to sample, for the endpoint to complete."""

    def __init__(self, prompt: Prompt, model: Model, first: Iterable[Datapoint]) -> None:
        """Read the templates.

        Args:
            prompt: the job's.
            model: for the interface that it speaks, and an application's body.
            first: some datapoints; the first hundred are looked at.

        Raises:
            Failure: a template is none, a name is in no datapoint, or prompt and interface do not fit.
        """
        self._prompt = prompt
        self._api = model.api
        some = [values(datapoint) for datapoint in islice(first, _LOOKED_AT)]
        known = {*PROMPT, *(name for each in some for name in each)}
        try:
            self._fits()
            self._messages = [_message(message, known) for message in prompt.messages or ()]
            self._template = None if prompt.template is None else Template(prompt.template, known)
            self._body = Body(model.http.body, known) if model.http else None
        except SpecError as error:
            raise _invalid(str(error)) from error
        templates = [template for _, template in self._messages if isinstance(template, Template)]
        templates += [self._template] if self._template else []
        for template in [*templates, *(self._body.templates if self._body else ())]:
            _compare(template.paths, some)

    def request(self, datapoint: Datapoint) -> dict[str, Any]:
        """What this datapoint is asked with.

        Raises:
            NotRendered: the datapoint lacks what the prompt needs.
        """
        filled = values(datapoint)
        if self._body is not None:
            if self._messages:
                filled["messages"] = self._rendered(datapoint, filled)
            return {"body": self._body.render(filled)}
        if self._api == "Completions":
            return {"prompt": self._text(datapoint, filled)}
        request: dict[str, Any] = {"messages": self._rendered(datapoint, filled)}
        if tools := datapoint.tools or self._prompt.tools:
            request["tools"] = list(tools)
        if self._prompt.response_format:
            request["response_format"] = self._prompt.response_format
        return request

    def _fits(self) -> None:
        if self._api == "Completions" and self._prompt.messages is not None:
            raise SpecError("messages belong to api Chat; give a template, or set model.api to Chat")
        if self._api == "Chat" and self._prompt.template is not None:
            raise SpecError("a template belongs to api Completions; give messages, or set model.api to Completions")

    def _text(self, datapoint: Datapoint, filled: Mapping[str, Any]) -> str:
        if self._template is not None:
            return self._template.render(filled)
        if datapoint.input is None:
            raise NotRendered("the datapoint has no input, and without a template nothing else is sent to completions")
        return as_text(datapoint.input)

    def _rendered(self, datapoint: Datapoint, filled: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        if not self._messages:
            if datapoint.messages is not None:
                return list(datapoint.messages)
            if datapoint.input is None:
                raise NotRendered("the datapoint has neither messages nor input")
            return [{"role": "user", "content": as_text(datapoint.input)}]
        messages: list[Mapping[str, Any]] = []
        for message, template in self._messages:
            if template is None:
                messages.extend(datapoint.messages or ())
            else:
                messages.append({**message, "content": template.render(filled)})
        return messages


def values(datapoint: Datapoint) -> dict[str, Any]:
    """The names that a prompt may have, with their values; our own names hide keys of the input."""
    given = datapoint.input
    own = {str(key): value for key, value in given.items()} if isinstance(given, Mapping) else {}
    return own | {
        "input": given,
        "inputs": given,
        "llm_input": as_text(given),
        "messages": datapoint.messages,
        "metadata": datapoint.metadata,
        "id": datapoint.id,
    }


def _message(message: Mapping[str, Any], known: Iterable[str]) -> tuple[Mapping[str, Any], Template | None]:
    content = message.get("content")
    if not isinstance(content, str):
        raise SpecError("messages: content must be a text")
    if _ALL_MESSAGES.fullmatch(content):
        return message, None
    return message, Template(content, tuple(known))


def _compare(paths: Sequence[str], some: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a path that no datapoint has."""
    for path in paths if some else ():
        steps = path.split(".")
        for depth in range(1, len(steps)):
            parents = [_at(each, steps[:depth]) for each in some]
            objects = [parent for parent in parents if isinstance(parent, Mapping)]
            if objects and not any(steps[depth] in each for each in objects):
                prefix = ".".join(steps[:depth])
                known = sorted({f"{prefix}.{key}" for each in objects for key in each})
                raise _invalid(refusal(path, known))
            if not objects:
                if all(parent is None for parent in parents):
                    raise _invalid(f"placeholder {path!r}: no datapoint has {'.'.join(steps[:depth])!r}")
                break


def _at(value: object, steps: Sequence[str]) -> object:
    for step in steps:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _invalid(why: str) -> Failure:
    return Failure("PromptInvalid", f"evaluation.prompt: {why}", retryable=False)
