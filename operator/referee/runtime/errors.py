"""What an API server, or the way to it, can answer instead of an object.

    ApiError
    ├── Unreachable          no answer: refused, reset, timed out; a write may have happened
    ├── Rejected             400 and every other 4xx without a class of its own
    │   └── Invalid          422: the object, or a `test` of a JSON patch, does not hold
    ├── Unauthorized         401
    ├── Forbidden            403: RBAC, a quota, a namespace on its way out
    ├── NotFound             404
    │   └── NoSuchName       (never sent) nothing can have this name
    ├── Conflict             409: the resourceVersion is not the newest; read again, plan again
    │   └── AlreadyExists    409 on create
    ├── Gone                 410: that resourceVersion or continue token has expired; list again
    ├── TooManyRequests      429, with what the server asks to wait
    └── ServerUnavailable    5xx
    NotLeader                (no ApiError) the write was not even tried: the Lease is not held

`retry` says whether the same call can succeed later without anybody changing the object. Forbidden says yes: rights
and quotas are granted after the fact, and the queue's back-off makes waiting cheap. One tree and not one class with a
status, because the callers' branches are by case (`except Conflict`), never by number.
"""

# ruff: noqa: N818 - the cases carry Kubernetes' own names, which is how callers think of them
from typing import Any, ClassVar, Final


class ApiError(Exception):
    """An API call that did not yield what was asked for; the message names verb, path, code, reason and cause."""

    retry: ClassVar[bool] = False

    def __init__(self, call: str, code: int, status: dict[str, Any] | None = None) -> None:
        """Describe the failed `call` ("PATCH /apis/…"), its HTTP code (0: none) and the Status object it got."""
        self.call = call
        self.code = code
        self.status = status or {}
        self.reason = str(self.status.get("reason") or "")
        self.message = str(self.status.get("message") or "")
        self.retry_after: float | None = None
        """Seconds the server asks to wait before the next try; None: it did not say."""
        answer = f"{code} {self.reason}".rstrip() if code else "no answer"
        super().__init__(f"{call}: {answer}: {self.message}".removesuffix(": "))

    @property
    def causes(self) -> list[dict[str, str]]:
        """What is wrong field by field (`field`, `reason`, `message`), as the server listed it."""
        details = self.status.get("details")
        causes = details.get("causes") if isinstance(details, dict) else None
        return causes if isinstance(causes, list) else []


class Unreachable(ApiError):
    """No answer. A write may have been done all the same: read before concluding anything."""

    retry = True


class Rejected(ApiError):
    """The request itself is wrong; repeating it cannot help."""


class Invalid(Rejected):
    """The object breaks its schema or a rule, or a `test` operation of a JSON patch failed."""


class Unauthorized(ApiError):
    """The token is not accepted. It is read anew for each request, so a rotated one heals this."""

    retry = True


class Forbidden(ApiError):
    """Not permitted now; `causes` tells a terminating namespace from a quota from a missing right."""

    retry = True

    @property
    def namespace_terminating(self) -> bool:
        """Whether the namespace is being deleted, so that nothing can be created there any more."""
        return any(cause.get("reason") == "NamespaceTerminating" for cause in self.causes)


class NotFound(ApiError):
    """No such object, or no such resource: the CRD is not installed."""


class NoSuchName(NotFound):
    """What cannot be a part of a path names no object; so the API server is not even asked."""


class Conflict(ApiError):
    """Somebody wrote in between."""

    retry = True


class AlreadyExists(Conflict):
    """An object of this name exists; whose it is, its owner reference says."""

    retry = False


class Gone(ApiError):
    """The version asked for is no longer kept by the server."""

    retry = True


class TooManyRequests(ApiError):
    """The server is busy; `retry_after` is its wish."""

    retry = True


class ServerUnavailable(ApiError):
    """The server failed, or what it stands on did."""

    retry = True


class NotLeader(Exception):
    """This process does not hold the Lease, so it must not write."""


_BY_CODE: Final[dict[int, type[ApiError]]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: Invalid,
    429: TooManyRequests,
}
_SERVER_FAULTS = 500


def error_for(call: str, code: int, status: dict[str, Any], retry_after: str | None = None) -> ApiError:
    """Turn a Status answer (or a plain-text one, wrapped by the caller) into its exception."""
    if code >= _SERVER_FAULTS:
        kind: type[ApiError] = ServerUnavailable
    elif code == 409 and status.get("reason") == "AlreadyExists":  # noqa: PLR2004 - an HTTP code
        kind = AlreadyExists
    else:
        kind = _BY_CODE.get(code, Rejected)
    error = kind(call, code, status)
    error.retry_after = _seconds(retry_after, status)
    return error


def _seconds(header: str | None, status: dict[str, Any]) -> float | None:
    """Read the wish to wait from the header, else from the Status; an HTTP date counts as no wish."""
    if header and header.strip().isdigit():
        return float(header)
    details = status.get("details")
    seconds = details.get("retryAfterSeconds") if isinstance(details, dict) else None
    return float(seconds) if isinstance(seconds, int | float) and seconds > 0 else None
