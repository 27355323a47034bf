"""What the gateway answers instead of doing what was asked, and how that is put into HTTP.

    Refusal
    ├── Malformed          400: the body is no event; the text names the field
    ├── Unauthenticated    401: no credential, or one that proves nothing
    ├── NotPermitted       403: a credential of somebody who may not do this
    ├── Unknown            404: no such job, or no such benchmark in it
    ├── Standing           409: another final result stands, or the child is over
    ├── TooLarge           413
    └── Unavailable        503: nobody knows yet; the same request may succeed later

An adapter stops on every 4xx: whatever may be different in a minute must be `Unavailable`. The body's first three
keys are what the published eval-hub-sdk reads, `detail` is what users of FastAPI look for.
"""

# ruff: noqa: N818 - the cases are named as an answer is, not as a failure of ours
from typing import ClassVar


class Refusal(Exception):
    """Something that was not done; the text is for the caller to read."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_server_error"

    def __init__(self, message: str, *, code: str | None = None, retry_after: float | None = None) -> None:
        """Say why; `code` where a status has several, `retry_after` in seconds where trying again may help."""
        super().__init__(message)
        self.message = message
        self.message_code = code or self.code
        self.retry_after = retry_after


class Malformed(Refusal):
    """The request itself is wrong."""

    status = 400
    code = "request_validation_failed"


class Unauthenticated(Refusal):
    """Nobody knows who is calling."""

    status = 401
    code = "unauthorized"


class NotPermitted(Refusal):
    """It is known who is calling, and this is not theirs."""

    status = 403
    code = "forbidden"


class Unknown(Refusal):
    """What the request is about does not exist."""

    status = 404
    code = "resource_not_found"


class Standing(Refusal):
    """What stands is final."""

    status = 409
    code = "job_can_not_be_updated"


class TooLarge(Refusal):
    """The body is over the limit."""

    status = 413
    code = "request_body_too_large"


class Unavailable(Refusal):
    """Not decided: what is needed to decide, or to keep the result, does not answer now."""

    status = 503
    code = "service_unavailable"

    def __init__(self, message: str, *, code: str | None = None, retry_after: float | None = 1.0) -> None:
        """Ask to come back after a second, unless somebody knows better."""
        super().__init__(message, code=code, retry_after=retry_after)
