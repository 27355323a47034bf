"""What can happen to one call of the model, and what follows from it.

A call that failed for good costs its sample, not the run, and it is never scored as wrong: the sample is unscored,
with a cause. Only what would hit every sample alike ends the run at once: wrong credentials, a wrong address or
model name, an endpoint that nobody serves.
"""

from http import HTTPStatus

import aiohttp

from referee_adapter import Failure

_TRY_AGAIN = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class CallError(Exception):
    """One call failed."""

    def __init__(self, message: str, *, cause: str, again: bool, connected: bool = True, wait: float = 0) -> None:
        """Say what happened.

        Args:
            message: for the sample's record.
            cause: `infrastructure` or `model`: who must change something.
            again: whether the same call may succeed later.
            connected: False where nobody listens at the address.
            wait: seconds that the server asked us to wait.
        """
        super().__init__(message)
        self.message = message
        self.cause = cause
        self.again = again
        self.connected = connected
        self.wait = wait


def of_exception(error: Exception) -> CallError:
    """A call that had no answer."""
    connected = not isinstance(error, aiohttp.ClientConnectorError)
    text = "timed out" if isinstance(error, TimeoutError) else f"{type(error).__name__}: {error}"
    return CallError(text, cause="infrastructure", again=True, connected=connected)


def of_status(status: int, body: str, retry_after: str | None) -> CallError:
    """A call that was answered with an error.

    Raises:
        Failure: every other call would be answered the same.
    """
    text = f"status {status}: {body.strip()[:300]}"
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise Failure(
            "ModelUnauthorized",
            f"the model endpoint refused the credentials ({text}); give the key `api-key` in model.auth.secretRef",
            retryable=False,
        )
    if status == HTTPStatus.NOT_FOUND:
        raise Failure(
            "ModelNotFound",
            f"the endpoint does not know this address or model ({text}); check model.url, model.name and model.api",
            retryable=False,
        )
    if status in _TRY_AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return CallError(text, cause="infrastructure", again=True, wait=_seconds(retry_after))
    return CallError(text, cause="model", again=False)


def of_answer(error: Exception) -> CallError:
    """An answer that is not what the API promises."""
    return CallError(f"answer not understood: {type(error).__name__}: {error}", cause="infrastructure", again=False)


def _seconds(header: str | None) -> float:
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        return 0.0
