"""What listens on 127.0.0.1:8080: events, health, and a registry's paths.

On loopback only. A sidecar that listens on the pod's address lends its credentials to everybody who can reach it, which
is also why the kubelet cannot probe this one over HTTP and runs `referee_agent.ready` instead.
"""

import json
import logging
import re
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import unquote

from referee_agent.body import BodyError, BodyTooLarge, pieces
from referee_agent.events import NOT_JSON, Event, EventError, Json, parse, refusal
from referee_agent.gateway import Gateway
from referee_agent.settings import Job, Settings
from referee_agent.spool import Spool, SpoolClosed, SpoolFull

ADDRESS = "127.0.0.1"
_EVENTS = re.compile(r"/api/v1/evaluations/jobs/([^/?]+)/events")
_IDLE_SECONDS = 120
_DRAINED = 64 * 1024 * 1024

log = logging.getLogger(__name__)


class Passing(Protocol):
    """Where requests for a registry go."""

    def pass_on(self, request: "Handler") -> None:
        """Answer the request."""


class AgentServer(ThreadingHTTPServer):
    """The agent's server."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self, settings: Settings, job: Job, spool: Spool, registry: Passing | None, changed: Callable[[], None]
    ) -> None:
        """Listen.

        Args:
            settings: the agent's.
            job: what the adapter runs.
            spool: where events are kept.
            registry: where `/v2/` goes; None: nowhere.
            changed: called when there is a new final result.
        """
        self.settings = settings
        self.job = job
        self.spool = spool
        self.registry = registry
        self.changed = changed
        super().__init__((ADDRESS, settings.agent_port), Handler)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        """A client that went away is nobody's fault."""
        log.debug("a connection ended early", exc_info=sys.exc_info())


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: AgentServer
    protocol_version = "HTTP/1.1"
    server_version = "referee-agent"
    sys_version = ""
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def do_GET(self) -> None:
        """Health, or something of a registry's."""
        if self.path == "/health":
            self.answer(HTTPStatus.OK)
        elif self.path == "/api/v1/health":
            self._gateway_health()
        else:
            self._pass_on()

    def do_POST(self) -> None:
        """An event, or something of a registry's."""
        if match := _EVENTS.fullmatch(self.path):
            self._take(unquote(match[1]))
        else:
            self._pass_on()

    def do_HEAD(self) -> None:
        """Something of a registry's."""
        self._pass_on()

    def do_PUT(self) -> None:
        """Something of a registry's."""
        self._pass_on()

    def do_PATCH(self) -> None:
        """Something of a registry's."""
        self._pass_on()

    def do_DELETE(self) -> None:
        """Something of a registry's."""
        self._pass_on()

    def answer(self, status: int, content: object = None, headers: dict[str, str] | None = None) -> None:
        """Answer with a JSON document, or with none."""
        raw = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {**({"Content-Type": "application/json"} if raw else {}), **(headers or {})}.items():
            self.send_header(name, value)
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(raw)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(raw)

    def refuse(self, status: int, code: str, message: str) -> None:
        """Answer as the gateway does; what is left of the body is not read, so the connection ends."""
        log.warning("refused %s %s: %s", self.command, self.path, message)
        self.close_connection = True
        retry = {"Retry-After": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
        self.answer(status, {"message_code": code, "message": message, "detail": message}, retry)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """At DEBUG: an adapter that reports progress posts often."""
        log.debug(format, *args)

    def _take(self, told: str) -> None:
        """Keep an event; only then say so."""
        event: Event | None = None
        try:
            raw = b"".join(pieces(self.rfile, self.headers, self.server.settings.event_bytes))
            event = parse(raw, told, self.server.job)
            self.server.spool.append(raw, event)
        except BodyTooLarge as error:
            self._lost(refusal(str(error)))
            self._drain()
            self.refuse(413, "request_too_large", str(error))
        except BodyError as error:
            self.refuse(400, "invalid_request", str(error))
        except EventError as error:
            if error.code == NOT_JSON:
                self._lost(refusal(str(error)))
            self.refuse(error.status, error.code, str(error))
        except (SpoolFull, SpoolClosed, OSError) as error:
            if event is not None and event.result is not None:
                self._lost(event.result)
            self.refuse(503, "service_unavailable", f"the event cannot be kept now: {error}")
        else:
            if event.result is not None:
                self.server.changed()
            self.answer(HTTPStatus.NO_CONTENT)

    def _drain(self) -> None:
        """Read what is announced and discard it: a client that still sends would lose our answer."""
        left = min(int(self.headers.get("Content-Length") or 0), _DRAINED)
        while left and (piece := self.rfile.read(min(left, 64 * 1024))):
            left -= len(piece)

    def _lost(self, instead: Json) -> None:
        """What is not kept may have been the result, and the adapter will end as if all were well."""
        self.server.spool.lost(instead)
        self.server.changed()

    def _gateway_health(self) -> None:
        gateway = Gateway(self.server.settings, self.server.job)
        try:
            status, said = gateway.health()
        except (OSError, HTTPException) as error:
            self.refuse(503, "service_unavailable", f"the gateway does not answer: {error}")
            return
        try:
            self.answer(status, json.loads(said))
        except ValueError:
            self.answer(status)

    def _pass_on(self) -> None:
        if self.server.registry is not None and self.path.startswith("/v2/"):
            self.server.registry.pass_on(self)
        else:
            self.refuse(404, "resource_not_found", f"the agent has no {self.path}: it takes events and OCI exports")
