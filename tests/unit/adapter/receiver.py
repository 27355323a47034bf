"""A receiver of events on loopback, and job specs that point at it.

Answers are scripted per request; what was posted is kept, and can be waited for.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Json = dict[str, Any]
DEADLINE = 20


@dataclass
class Posted:
    """One request."""

    path: str
    headers: dict[str, str]
    event: Json

    @property
    def content(self) -> Json:
        inner: Json = self.event["benchmark_status_event"]
        return inner


@dataclass
class Receiver:
    """What was posted, and what is answered: the scripted answers first, then 204."""

    url: str = ""
    answers: list[tuple[int, Json]] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, posted: Posted) -> tuple[int, Json]:
        with self.changed:
            self.posted.append(posted)
            self.changed.notify_all()
            return self.answers.pop(0) if self.answers else (204, {})

    def wait_for(self, count: int) -> list[Posted]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.posted) >= count, DEADLINE), f"only {len(self.posted)} posts"
            return list(self.posted)

    def of(self, kind: str) -> list[Json]:
        """The `referee` parts of one kind: progress, result or partial."""
        parts = [posted.content.get("referee", {}) for posted in self.posted]
        return [part[kind] for part in parts if kind in part]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers = receiver.take(Posted(self.path, dict(self.headers.items()), json.loads(body)))
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(DEADLINE)


def job(callback_url: str = "", **changes: Any) -> Json:
    """A complete job spec, as a dict."""
    document = {
        "id": "nightly",
        "provider_id": "frame",
        "benchmark_id": "sums",
        "benchmark_index": 2,
        "model": {"url": "http://model:8000/v1/", "name": "m"},
        "parameters": {},
        "callback_url": callback_url,
    }
    return document | changes


def write_job(base: Path, document: Json) -> Path:
    path = base / "meta" / "job.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    return path
