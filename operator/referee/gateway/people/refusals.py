"""What the API server's refusal of a person's own call means to that person, in HTTP.

Other than in `faults`, which is about adapters and the gateway's own calls: here the API server has answered the
caller, and its sentence is the best that there is. So a refusal is passed on as one, and only what may be different
in a minute is 503.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from referee.gateway.errors import (
    Malformed,
    NotPermitted,
    Refusal,
    Standing,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unknown,
)
from referee.runtime.errors import (
    AlreadyExists,
    ApiError,
    Conflict,
    Forbidden,
    NotFound,
    Rejected,
    Unauthorized,
    Unreachable,
)
from referee.runtime.paths import Resource

_ENTITY_TOO_LARGE = 413


@contextmanager
def answering_the_caller() -> Iterator[None]:
    """Around a person's own calls: an ApiError comes out as what to answer."""
    try:
        yield
    except ApiError as error:
        raise refusal(error) from error


def refusal(error: ApiError) -> Refusal:
    """What to answer for this error of a person's own call."""
    said = error.message or str(error)
    match error:
        case Unauthorized() if error.code:
            return Unauthenticated(f"the API server no longer accepts the token: {said}")
        case Forbidden():
            return NotPermitted(said)
        case NotFound():
            return Unknown(said)
        case Conflict():
            return _standing(error, said)
        case Rejected():
            return TooLarge(said) if error.code == _ENTITY_TOO_LARGE else Malformed(_fields(error) or said)
    return _later(error)


def unknown(resource: Resource, namespace: str, name: str) -> Unknown:
    """The one sentence for what does not exist and for what may not be read, so that neither can be told."""
    return Unknown(f"no {resource.kind} {name!r} in namespace {namespace} that you may read")


def _standing(error: Conflict, said: str) -> Standing:
    if isinstance(error, AlreadyExists):
        return Standing(said, code="resource_already_exists")
    return Standing(f"{said}; read it again, and repeat the change", code="conflict")


def _fields(error: ApiError) -> str:
    """What is wrong field by field."""
    causes = ((cause.get("field") or "", cause.get("message") or "") for cause in error.causes)
    return "; ".join(f"{field}: {message}" if field else message for field, message in causes if message)


def _later(error: ApiError) -> Unavailable:
    if isinstance(error, Unreachable):
        said = f"the API server did not answer ({error.message}); what was asked may have been done all the same"
    else:
        said = f"the API server cannot answer now: {error}"
    return Unavailable(said, retry_after=error.retry_after or 1.0)
