"""A deterministic OpenAI-compatible endpoint on loopback, for what a real model cannot give: fixed log-probabilities,
faults on demand, a count of what was asked.

Tokens are words with the space before them; a token's log-probability depends on its text alone.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
DEADLINE = 60
_TOKEN = re.compile(r"\s?\w+|[^\w\s]|\s")
BEGIN = "<s>"


@dataclass
class Asked:
    """One request."""

    path: str
    headers: dict[str, str]
    body: Json

    @property
    def text(self) -> str:
        """What the model reads last: the prompt, or the last message."""
        return str(self.body["messages"][-1]["content"] if "messages" in self.body else self.body["prompt"])


@dataclass
class Stub:
    """The endpoint's behaviour, which a test may change at any time."""

    url: str = ""
    answer: Callable[[str], str] = lambda _: "yes"
    logprobs: dict[str, float] = field(default_factory=dict)
    """By token; -1.0 where not listed."""
    gives_logprobs: bool = True
    counts_begin: bool = False
    """As servers do that put a beginning-of-text token before a prompt given as text."""
    has_tokenizer: bool = False
    fault: Callable[[Asked], tuple[int, str] | None] = lambda _: None
    gate: Callable[[Asked], object] = lambda _: None
    """Called before an answer; may block."""
    asked: list[Asked] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    vocabulary: list[str] = field(default_factory=list)

    def wait_for(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.asked) >= count, DEADLINE), f"{len(self.asked)} requests"

    def reply(self, asked: Asked) -> tuple[int, Json | str]:
        with self.changed:
            self.asked.append(asked)
            self.changed.notify_all()
        self.gate(asked)
        if fault := self.fault(asked):
            return fault
        if asked.path == "/tokenize":
            return 200, {"tokens": self.encode(asked.body["prompt"])}
        if asked.path == "/v1/chat/completions":
            message = {"role": "assistant", "content": self.answer(asked.text)}
            return 200, {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
        if asked.path == "/v1/completions":
            return 200, {"choices": self.completions(asked.body)}
        return 404, "no such path"

    def encode(self, text: str) -> list[int]:
        tokens = [BEGIN] if text == BEGIN else _TOKEN.findall(text)
        for token in tokens:
            if token not in self.vocabulary:
                self.vocabulary.append(token)
        return [self.vocabulary.index(token) for token in tokens]

    def completions(self, body: Json) -> list[Json]:
        prompts = body["prompt"]
        if isinstance(prompts, str) or not isinstance(prompts[0], list | str):
            prompts = [prompts]
        return [self._choice(index, prompt, body) for index, prompt in enumerate(prompts)]

    def _choice(self, index: int, prompt: str | list[int], body: Json) -> Json:
        if not (body.get("echo") and self.gives_logprobs):
            choice: Json = {"index": index, "text": self.answer(str(prompt)), "finish_reason": "length"}
            return choice | {"logprobs": {"content": [{"token": "yes", "logprob": -1}]}} if body.get("echo") else choice
        tokens = _TOKEN.findall(prompt) if isinstance(prompt, str) else [self.vocabulary[i] for i in prompt]
        if isinstance(prompt, str) and self.counts_begin:
            tokens = [BEGIN, *tokens]
        tokens.append(" next")
        offsets = [sum(map(len, tokens[:i])) for i in range(len(tokens))]
        values = [None, *(self.logprobs.get(token, -1.0) for token in tokens[1:])]
        # The likeliest token is this one, unless it is one of those that are less likely than -1.
        tops = [None, *({token: value} | {"other": -1.0} for token, value in zip(tokens[1:], values[1:], strict=True))]
        found = {"tokens": tokens, "token_logprobs": values, "top_logprobs": tops, "text_offset": offsets}
        return {"index": index, "text": "".join(tokens), "logprobs": found, "finish_reason": "length"}


@contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Stub]:
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            known = self.path == "/tokenizer_info" and stub.has_tokenizer
            info = {"eos_token": BEGIN, "bos_token": BEGIN, "pad_token": None}
            self._send(*((200, info) if known else (404, "no such path")))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._send(*stub.reply(Asked(self.path, dict(self.headers.items()), body)))

        def _send(self, status: int, content: Json | str) -> None:
            body = (content if isinstance(content, str) else json.dumps(content)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    stub.url = f"http://{host}:{server.server_port}/v1"
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(DEADLINE)
