"""Why there is no test data, as the termination message says it."""


class FetchError(Exception):
    """Base of all of them; the text is for the job's owner and has nothing of a secret."""

    reason = "TestDataUnreachable"
    again = False
    """Whether the next try may end otherwise."""


class Unreachable(FetchError):  # noqa: N818 - the cases are named as the reasons are
    """Nobody answers, or not in time, or with a fault of their own."""

    again = True


class Forbidden(FetchError):  # noqa: N818
    """The address is none that data may be fetched from."""

    reason = "TestDataForbidden"


class TooLarge(FetchError):  # noqa: N818
    """More than is allowed."""

    reason = "TestDataTooLarge"


class NotFound(FetchError):  # noqa: N818
    """There is nothing of that name."""

    reason = "TestDataNotFound"


class Unauthorized(FetchError):  # noqa: N818
    """The credential is not taken, or there is none."""

    reason = "TestDataUnauthorized"


class DigestMismatch(FetchError):  # noqa: N818
    """The file is another than the one that was asked for."""

    reason = "TestDataDigestMismatch"


def of_status(status: int, what: str) -> FetchError:
    """What an HTTP status means."""
    said = f"{what}: the answer is {status}"
    if status in (401, 403):
        return Unauthorized(f"{said}: check the source's secretRef")
    return NotFound(said) if status in (404, 410, 451) else Unreachable(said)
