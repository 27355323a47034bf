"""What can happen to one try of a call, and what follows from it.

A call that fails for good costs its sample, not the run, and is never scored as wrong: the sample is unscored, with a
cause. `model` is what would be answered again tomorrow (a refusal, a content filter, a context that is too long, a
request that the server calls invalid); `infrastructure` is what may pass. Only what would hit every sample alike ends
the run: wrong credentials, a wrong address, a model that is not there.
"""

import json
from http import HTTPStatus
from typing import Literal

from referee_adapter import Failure
from referee_evaluators.endpoint.wire import NotConnectedError

_TRY_AGAIN = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
_SHOWN = 300


class Trouble(Exception):  # noqa: N818 - one try of several
    """One try failed."""

    def __init__(
        self,
        cause: Literal["model", "infrastructure"],
        message: str,
        *,
        again: bool,
        connected: bool = True,
        wait: float | None = None,
    ) -> None:
        """Say what happened.

        Args:
            cause: who must change something.
            message: for the sample's record.
            again: whether the same call may succeed later.
            connected: False where nobody listens at the address.
            wait: seconds that the server asked us to wait; not None: it has too much to do.
        """
        super().__init__(message)
        self.cause: Literal["model", "infrastructure"] = cause
        self.message = message
        self.again = again
        self.connected = connected
        self.wait = wait


def of_exception(error: OSError) -> Trouble:
    """A try that had no answer."""
    connected = not isinstance(error, NotConnectedError)
    text = str(error) or type(error).__name__
    return Trouble("infrastructure", text, again=True, connected=connected)


def of_status(status: int, body: str, retry_after: str | None, *, whose: str, answered: bool) -> Trouble:
    """A try that was answered with an error.

    Args:
        status: the answer's.
        body: the answer's.
        retry_after: the header.
        whose: how messages name the endpoint.
        answered: it has answered before, so that not every call can be wrong; a streak of such errors ends the run.

    Raises:
        Failure: every other call would be answered the same.
    """
    text = f"status {status}: {_said(body)}"
    barred = status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    nowhere = status == HTTPStatus.NOT_FOUND or status < HTTPStatus.BAD_REQUEST
    if answered and (barred or nowhere):
        return Trouble("infrastructure", text, again=False)
    if barred:
        raise Failure(
            "ModelUnauthorized",
            f"{whose} refused the credentials ({text}); give the key `api-key` in the Secret of auth.secretRef",
            retryable=False,
        )
    if nowhere:
        raise Failure(
            "ModelNotFound",
            f"{whose} does not know this address or model ({text}); check its url, name and api",
            retryable=False,
        )
    if status in _TRY_AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        busy = status == HTTPStatus.TOO_MANY_REQUESTS or retry_after is not None
        return Trouble("infrastructure", text, again=True, wait=_seconds(retry_after) if busy else None)
    return Trouble("model", text, again=False)


def of_answer(error: Exception) -> Trouble:
    """An answer that is not what the API promises; a proxy's error page comes so, too."""
    return Trouble("infrastructure", f"answer not understood: {type(error).__name__}: {error}"[:_SHOWN], again=True)


def _said(body: str) -> str:
    """The server's own sentence, out of the shapes that are about."""
    try:
        document = json.loads(body)
    except ValueError:
        return body.strip()[:_SHOWN]
    error = document.get("error", document) if isinstance(document, dict) else document
    message = error.get("message") if isinstance(error, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    said = f"{message} ({code})" if message and isinstance(code, str) else message
    return str(said or body).strip()[:_SHOWN]


def _seconds(header: str | None) -> float:
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        return 0.0
