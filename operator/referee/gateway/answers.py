"""From a refusal, or a fault of ours, to an answer; and the id under which a request is found in the log.

The id is the caller's own `X-Global-Transaction-Id` if there is one, as EvalHub has it. A middleware in plain ASGI and
not Starlette's BaseHTTPMiddleware, which costs a task and two streams for each request.
"""

import json
import logging
import re
import uuid
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from referee.gateway.errors import Malformed, Refusal, Unauthenticated

log = logging.getLogger(__name__)

TRANSACTION = "X-Global-Transaction-Id"
_USABLE = re.compile(r"[\x21-\x7e]{1,128}")
_CODES = {404: "resource_not_found", 405: "method_not_allowed"}


class Transactions:
    """Names each request, says the name in the answer, and answers where we fail."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(TRANSACTION, "")
        name = given if is_transaction(given) else str(uuid.uuid4())
        scope.setdefault("state", {})["transaction"] = name
        started = False

        async def named(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message)[TRANSACTION] = name
            await send(message)

        try:
            await self._app(scope, receive, named)
        except Exception:
            log.exception("a request failed through a fault of ours", extra={"trace": name})
            if started:
                raise
            said = "this is a fault of the gateway's; its log has it under this trace"
            await _answer(Request(scope), Refusal.status, Refusal.code, said)(scope, receive, named)


def is_transaction(given: str) -> bool:
    """Whether a caller's own id can be used."""
    return _USABLE.fullmatch(given) is not None


def install(app: FastAPI) -> None:
    """Make every answer of the application one of ours."""
    app.add_middleware(Transactions)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _not_routed)


async def _refused(request: Request, error: Exception) -> Response:
    refusal = error if isinstance(error, Refusal) else Refusal(str(error))
    # the path is not logged: on a laptop it holds an adapter's secret
    facts = {"job": request.path_params.get("job"), "code": refusal.status, "why": refusal.message}
    log.warning("refused", extra=facts)
    headers = {} if refusal.retry_after is None else {"Retry-After": str(max(1, round(refusal.retry_after)))}
    if refusal.status == Unauthenticated.status:
        headers["WWW-Authenticate"] = "Bearer"
    return _answer(request, refusal.status, refusal.message_code, refusal.message, headers)


async def _invalid(request: Request, error: Exception) -> Response:
    # the error's own text names our files
    faults = error.errors() if isinstance(error, RequestValidationError) else ()
    said = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
    return _answer(request, Malformed.status, Malformed.code, said)


async def _not_routed(request: Request, error: Exception) -> Response:
    status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, str(error))
    headers = error.headers if isinstance(error, HTTPException) else None
    message = f"{detail}: {request.method} {request.url.path}"
    return _answer(request, status, _CODES.get(status, "bad_request"), message, dict(headers or {}))


def _answer(request: Request, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    body: dict[str, Any] = {
        "message_code": code,
        "message": message,
        "trace": request.scope["state"]["transaction"],
        "detail": message,
    }
    # ASCII only: a message may quote what no encoder takes
    text = json.dumps(body) + "\n"
    headers = {**(headers or {}), "X-Content-Type-Options": "nosniff"}
    return Response(text, status, headers, media_type="application/json")
