"""Posting events to whoever started the adapter, until they are acknowledged.

An answer of the 2xx class means durable. Transport errors, 429 and 5xx are tried again with growing, jittered
delays (a Retry-After is obeyed): the receiver may be restarting, and the result must not be lost for it. 409 says
that another final result stands; every other 4xx says that trying again cannot help. httpx rather than the
standard library, for its connection reuse and clear timeouts; proxies of the environment are not used, since the
receiver is in the cluster or on loopback.
"""

import json
import logging
import random
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from referee_adapter.paths import Paths
from referee_adapter.spec import JobSpec

if TYPE_CHECKING:
    import httpx

_log = logging.getLogger(__name__)


class Delivery(Enum):
    """What became of an event."""

    ACKNOWLEDGED = "acknowledged"
    CONFLICT = "conflict"
    REFUSED = "refused"
    NOWHERE = "nowhere"
    """There is no such address."""
    GAVE_UP = "gave up"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often an event is tried."""

    seconds: float = 300
    """From the first try until giving up; then the termination message is the only way home."""
    first_delay: float = 0.5
    longest_delay: float = 30


class EventPoster:
    """Posts the events of one benchmark. Safe to use from several threads."""

    def __init__(self, spec: JobSpec, paths: Paths, patience: Patience = Patience()) -> None:
        self._spec = spec
        self._paths = paths
        self._patience = patience
        self._job_url = f"{spec.callback_url}/api/v1/evaluations/jobs/{spec.id}" if spec.callback_url else None
        self._secure = spec.callback_url.startswith("https:")

    @cached_property
    def _client(self) -> "httpx.Client":
        """Made for the first event, in the thread that posts it: what starts a run need not wait for the import."""
        import httpx  # noqa: PLC0415 - see above

        return httpx.Client(verify=_trust(self._paths.ca) if self._secure else False, timeout=10, trust_env=False)

    def post(self, status: str, **content: object) -> Delivery:
        """Post until acknowledged, refused, or patience is at its end.

        Args:
            status: pending, running, completed or failed.
            content: the rest of the event; what is None is left out.
        """
        return self._until_decided(self._patience.seconds, lambda: self._try(status, content))

    def post_samples(self, lines: bytes, seconds: float, hurried: Callable[[], bool]) -> Delivery:
        """Post sample records, one JSON object a line, for at most so long; NOWHERE: nobody there takes samples.

        Once `hurried` says so, there is no second try.
        """
        if self._job_url is None:
            return Delivery.NOWHERE
        return self._until_decided(seconds, lambda: self._send("samples", lines, "application/jsonl"), hurried)

    def _until_decided(
        self,
        seconds: float,
        attempt: Callable[[], Delivery | float | None],
        hurried: Callable[[], bool] = lambda: False,
    ) -> Delivery:
        deadline = time.monotonic() + seconds
        delay = self._patience.first_delay
        while True:
            outcome = attempt()
            if isinstance(outcome, Delivery):
                return outcome
            pause = outcome if outcome is not None else delay * random.uniform(0.5, 1)  # noqa: S311 - jitter
            if time.monotonic() + pause >= deadline or hurried():
                _log.error("gave up posting after %.0f s", seconds)
                return Delivery.GAVE_UP
            threading.Event().wait(pause)
            delay = min(delay * 2, self._patience.longest_delay)

    def post_once(self, status: str, **content: object) -> bool:
        """Post without a second try, for what the next event supersedes anyway; True if acknowledged."""
        return self._try(status, content) is Delivery.ACKNOWLEDGED

    def close(self) -> None:
        """Close the connection, if there ever was one."""
        if self._job_url is not None:
            self._client.close()

    def _try(self, status: str, content: dict[str, object]) -> Delivery | float | None:
        """One request: how it ended, or after how many seconds to try again (None: as usual)."""
        if self._job_url is None:
            _log.info("no callback_url; %s event: %s", status, content)
            return Delivery.ACKNOWLEDGED
        body = json.dumps(self._body(status, content), separators=(",", ":"), allow_nan=False)
        return self._send("events", body.encode(), "application/json")

    def _send(self, what: str, body: bytes, kind: str) -> Delivery | float | None:
        import httpx  # noqa: PLC0415 - see _client

        headers = {**self._headers(), "Content-Type": kind}
        try:
            response = self._client.post(f"{self._job_url}/{what}", content=body, headers=headers)
        except httpx.HTTPError as error:
            _log.warning("posting %s: %s", what, error or type(error).__name__)  # not the address: it may hold a secret
            return None
        if response.is_success:
            return Delivery.ACKNOWLEDGED
        if response.status_code == HTTPStatus.NOT_FOUND and what == "samples":
            return Delivery.NOWHERE
        if response.status_code == HTTPStatus.CONFLICT:
            _log.warning("not taken: %s", response.text[:500])
            return Delivery.CONFLICT
        if (
            response.status_code != HTTPStatus.TOO_MANY_REQUESTS
            and response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
        ):
            _log.error("refused with %d: %s", response.status_code, response.text[:500])
            return Delivery.REFUSED
        _log.warning("posting %s: status %d", what, response.status_code)
        return _retry_after(response, self._patience.longest_delay)

    def _body(self, status: str, content: dict[str, object]) -> dict[str, Any]:
        event = {
            "provider_id": self._spec.provider_id,
            "id": self._spec.benchmark_id,
            "benchmark_index": self._spec.benchmark_index,
            "status": status,
        }
        return {"benchmark_status_event": event | {key: value for key, value in content.items() if value is not None}}

    def _headers(self) -> dict[str, str]:
        token, tenant = _read(self._paths.token), _read(self._paths.namespace)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return headers | ({"X-Tenant": tenant} if tenant else {})


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def _trust(ca: Path) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca.is_file():
        context.load_verify_locations(cafile=ca)
    return context


def _retry_after(response: "httpx.Response", longest: float) -> float | None:
    """Seconds from the header; a date is not worth parsing: our receivers send seconds."""
    try:
        return min(float(response.headers["Retry-After"]), longest)
    except (KeyError, ValueError):
        return None
