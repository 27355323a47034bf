"""One post to the gateway, and what its answer means.

The connection is kept between posts. Every request has the token as it is on the disk now, since the kubelet renews it.
http.client rather than more: there is one receiver, one request at a time, and no redirect to follow.
"""

import http.client
import ssl
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, urlsplit

from referee_agent.settings import Job, Settings

_SECONDS = 15
"""For one answer; the gateway gives its own after 9."""
_SHOWN = 2000
"""Bytes of an answer that are kept."""
_LONGEST_WAIT = 60.0
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
_TRANSACTION = "X-Global-Transaction-Id"
"""In every answer of a gateway, and in no proxy's own."""
_CONTENT = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY)


class Outcome(Enum):
    """What became of an event."""

    DELIVERED = "delivered"
    STANDING = "standing"
    """409: another final result stands, or the run is over; there is nothing left to deliver."""
    MALFORMED = "malformed"
    """The event itself is wrong, or too large."""
    REFUSED = "refused"
    """Any other answer that will not change: the gateway does not know the run, or does not believe the token."""
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Answer:
    """How a post ended."""

    outcome: Outcome
    said: str = ""
    wait: float | None = None
    """Seconds that the gateway asks for before the next try."""


class Gateway:
    """The receiver. For one thread."""

    def __init__(self, settings: Settings, job: Job) -> None:
        parts = urlsplit(settings.gateway_url)
        self._prefix = parts.path
        self._token = settings.token
        self._job = job
        self._host, self._port = parts.hostname or "", parts.port
        self._trust = trust(settings.token.with_name("ca.crt")) if parts.scheme == "https" else None
        self._connection: http.client.HTTPConnection | None = None

    def post(self, body: bytes) -> Answer:
        """Deliver an event, once."""
        path = f"{self._prefix}/api/v1/evaluations/jobs/{quote(self._job.id, safe='')}/events"
        try:
            status, headers, said = self._exchange("POST", path, body, {"Content-Type": "application/json"})
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Answer(Outcome.AGAIN, f"{type(error).__name__}: {error}")
        return _meaning(status, headers, said)

    def health(self) -> tuple[int, bytes]:
        """The gateway's own word on its health.

        Raises:
            OSError, HTTPException: it does not answer.
        """
        try:
            status, _, said = self._exchange("GET", f"{self._prefix}/api/v1/health", None, {})
        finally:
            self.close()
        return status, said.encode()

    def close(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """A request and its answer; a kept connection that the gateway has closed meanwhile is opened again."""
        kept = self._connection is not None
        try:
            return self._ask(method, path, body, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.close()
            if not kept:
                raise
            return self._ask(method, path, body, headers)

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, http.client.HTTPMessage, str]:
        if self._connection is None:
            self._connection = connect(self._host, self._port, self._trust, _SECONDS)
        self._connection.request(method, path, body, {**headers, **self._identity()})
        response = self._connection.getresponse()
        said = response.read(_SHOWN)
        if response.read(1):
            self.close()
        return response.status, response.headers, said.decode(errors="replace").strip()

    def _identity(self) -> dict[str, str]:
        token = _read(self._token)
        tenant = self._job.namespace or _read(self._token.with_name("namespace"))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return headers | ({"X-Tenant": tenant} if tenant else {})


def _meaning(status: int, headers: http.client.HTTPMessage, said: str) -> Answer:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Answer(Outcome.DELIVERED)
    text = f"{status} {said}"
    # what a proxy on the way refuses says nothing of what the gateway would have said
    final = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and _TRANSACTION in headers
    if not final or status in _PASSING:
        return Answer(Outcome.AGAIN, text, _seconds(headers.get("Retry-After")))
    if status == HTTPStatus.CONFLICT:
        return Answer(Outcome.STANDING, text)
    return Answer(Outcome.MALFORMED if status in _CONTENT else Outcome.REFUSED, text)


def connect(host: str, port: int | None, tls: ssl.SSLContext | None, seconds: float) -> http.client.HTTPConnection:
    """A connection that is opened with its first request, encrypted if there is a context for it."""
    if tls is None:
        return http.client.HTTPConnection(host, port, timeout=seconds)
    return http.client.HTTPSConnection(host, port, timeout=seconds, context=tls)


def trust(certificates: Path | None = None) -> ssl.SSLContext:
    """What the system trusts, and the certificates of a file if it is there."""
    context = ssl.create_default_context()
    if certificates is not None and certificates.is_file():
        context.load_verify_locations(cafile=certificates)
    return context


def _read(path: Path) -> str:
    """What a mounted file says now; empty while it is not there."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _seconds(header: str | None) -> float | None:
    """A date is not worth parsing: the gateway sends seconds."""
    try:
        return min(max(float(header or ""), 0), _LONGEST_WAIT)
    except ValueError:
        return None
