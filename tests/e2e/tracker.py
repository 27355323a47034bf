"""What an experiment tracker and a web server are to the published SDK, on this machine.

A stand-in of MLflow, with as much of its REST as one run takes: the tracker itself is not what is tested, but that its
address and the experiment's name reach the adapter, and that the run's id comes back.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.testbed.api_client import Json

FILE = b'{"question": "?"}\n'
RUN = "run-1"
_INFO = {"run_id": RUN, "experiment_id": "7", "artifact_uri": "mlflow-artifacts:/7/run-1/artifacts"}
_ANSWERS: dict[str, Json] = {
    "experiments/create": {"experiment_id": "7"},
    "runs/create": {"run": {"info": _INFO}},
    "runs/get": {"run": {"info": _INFO}},
}


@dataclass
class Tracker:
    """What it was told."""

    url: str = ""
    asked: list[tuple[str, Json]] = field(default_factory=list)
    """Endpoint and body of each request, in order."""
    workspaces: set[str | None] = field(default_factory=set)

    def bodies(self, endpoint: str) -> list[Json]:
        """What was posted to an endpoint."""
        return [body for name, body in self.asked if name == endpoint]


@contextmanager
def tracking(host: str) -> Iterator[Tracker]:
    """A tracker that pods reach at this address of this machine."""
    tracker = Tracker()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/questions.jsonl":
                self._send(200, FILE)
                return
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_PUT(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = urlsplit(self.path).path
            if "/mlflow" not in path:
                self._send(404, b"")
                return
            tracker.workspaces.add(self.headers.get("X-MLFLOW-WORKSPACE"))
            endpoint = path.partition("/mlflow/")[2] or path
            tracker.asked.append((endpoint, json.loads(body) if body.startswith(b"{") else {}))
            if endpoint == "experiments/get-by-name":
                self._send(404, json.dumps({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "none"}).encode())
                return
            self._send(200, json.dumps(_ANSWERS.get(endpoint, {})).encode())

        def _send(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    tracker.url = f"http://{host}:{server.server_port}"
    try:
        yield tracker
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
