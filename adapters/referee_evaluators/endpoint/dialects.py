"""How an endpoint is asked and how its answer is read: chat, completions, or an application of somebody's own.

Only here is it known what the bodies look like. A request comes as the part that differs from sample to sample; what is
the same for all (model, parameters) is laid under it.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from referee_adapter.spec import Application as ApplicationSpec
from referee_adapter.spec import Model
from referee_evaluators.endpoint.troubles import Trouble
from referee_evaluators.types import Usage

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


class Read(NamedTuple):
    """What stands in an answer."""

    text: str | None
    message: Mapping[str, Any] | None
    usage: Usage | None


class Dialect(Protocol):
    """An interface of endpoints."""

    url: str
    method: str

    def body(self, request: Mapping[str, Any]) -> bytes:
        """The whole body of a request."""
        ...

    def usage(self, document: Any) -> Usage | None:  # noqa: ANN401 - JSON
        """The tokens that the answer says it took; None: it does not say."""
        ...

    def read(self, document: Any) -> Read:  # noqa: ANN401 - JSON
        """The answer.

        Raises:
            Trouble: it is a refusal, or none.
        """
        ...


def dialect_of(model: Model) -> Dialect:
    """The one that the model speaks."""
    if model.http is not None:
        return Application(model.url, model.http)
    return Completions(model) if model.api == "Completions" else Chat(model)


class _OpenAI:
    """What chat and completions have in common."""

    path = ""
    method = "POST"

    def __init__(self, model: Model) -> None:
        self.url = model.url if model.url.endswith(self.path) else model.url + self.path
        self._base = {"model": model.name, **(model.parameters or {})}

    def body(self, request: Mapping[str, Any]) -> bytes:
        return _encode({**self._base, **request}).encode()

    def usage(self, document: Any) -> Usage | None:  # noqa: ANN401 - JSON
        usage = document.get("usage") if isinstance(document, dict) else None
        if not usage:
            return None
        return Usage(int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0))

    def _choice(self, document: Any) -> Any:  # noqa: ANN401 - JSON
        choice = document["choices"][0]
        if choice.get("finish_reason") == "content_filter":
            raise Trouble("model", "the answer was stopped by a content filter", again=False)
        return choice


class Chat(_OpenAI):
    """POST /chat/completions."""

    path = "/chat/completions"

    def read(self, document: Any) -> Read:  # noqa: ANN401 - JSON
        """The first choice. The message is kept only where it says more than its text."""
        message = self._choice(document)["message"]
        if refusal := message.get("refusal"):
            raise Trouble("model", f"refused: {refusal}"[:300], again=False)
        content = message.get("content")
        if isinstance(content, list):
            content = "".join(part.get("text", "") for part in content if part.get("type", "text") == "text")
        more = any(value for name, value in message.items() if name not in ("role", "content", "refusal"))
        if content is None and not more:
            content = ""
        if content is not None and not isinstance(content, str):
            raise TypeError(f"content is {type(content).__name__}")
        return Read(content, message if more else None, self.usage(document))


class Completions(_OpenAI):
    """POST /completions."""

    path = "/completions"

    def read(self, document: Any) -> Read:  # noqa: ANN401 - JSON
        """The first choice."""
        text = self._choice(document)["text"]
        if not isinstance(text, str):
            raise TypeError(f"text is {type(text).__name__}")
        return Read(text, None, self.usage(document))


class Application:
    """An address, a body of its owner's making, and a path to the answer."""

    def __init__(self, url: str, how: ApplicationSpec) -> None:
        self.url = url
        self.method: str = how.method
        self._steps = [step for step in how.output_path.removeprefix("$").split(".") if step]

    def body(self, request: Mapping[str, Any]) -> bytes:
        """What the prompt rendered, under `body`."""
        return b"" if request.get("body") is None else _encode(request["body"]).encode()

    def usage(self, document: Any) -> Usage | None:  # noqa: ANN401 - JSON
        """Applications do not say, but for those that speak like a model."""
        usage = document.get("usage") if isinstance(document, dict) else None
        if not isinstance(usage, dict) or "prompt_tokens" not in usage:
            return None
        return Usage(int(usage["prompt_tokens"]), int(usage.get("completion_tokens") or 0))

    def read(self, document: Any) -> Read:  # noqa: ANN401 - JSON
        """What stands at the output path; anything but a text as JSON."""
        found = document
        for step in self._steps:
            found = found[int(step)] if isinstance(found, list) else found[step]
        text = found if isinstance(found, str) or found is None else _encode(found)
        return Read(text, document if isinstance(document, dict) else None, self.usage(document))
