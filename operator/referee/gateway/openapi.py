"""The OpenAPI document, and the page that shows it.

The document is FastAPI's, without the answer 422 that it adds everywhere and nobody ever gets, and with the
credential. The page is ours and loads nothing from elsewhere: the usual ones are a megabyte of script from a CDN,
which a cluster often cannot reach and whose operators would have to trust.
"""

from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse

from referee import __version__

Schema = dict[str, Any]
_METHODS = ("get", "post", "put", "patch", "delete")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code{background:#8882;padding:.1em .3em;border-radius:3px}li{margin:.2rem 0}h2{margin-top:2rem}"
)


def describe(app: FastAPI) -> None:
    """Have the application serve both: `/openapi.json` and `/docs`."""

    @cache
    def document() -> Schema:
        described = get_openapi(title="Referee", version=__version__, routes=app.routes)
        _without_422(described)
        schemes = {"bearer": {"type": "http", "scheme": "bearer", "description": "A cluster's token, or an API key."}}
        described.setdefault("components", {})["securitySchemes"] = schemes
        return described

    app.openapi = document  # type: ignore[method-assign]  # as FastAPI's own documentation has it

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page_of(document()))


def page_of(document: Schema) -> str:
    """The document for people: every address with its parameters and answers."""
    body = "".join(_sections(document))
    title = f"Referee {escape(document['info']['version'])}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f'<h1>{title}</h1><p>For programs: <a href="openapi.json">openapi.json</a>.</p>{body}</html>'
    )


def _sections(document: Schema) -> Iterator[str]:
    for path, address in sorted(document["paths"].items()):
        for method in _METHODS:
            if method in address:
                yield _section(method, path, address[method])


def _section(method: str, path: str, operation: Schema) -> str:
    said = escape(operation.get("description") or operation.get("summary", ""))
    parameters = (
        f"<li><code>{escape(one['name'])}</code> ({escape(one['in'])}) {escape(one.get('description', ''))}"
        for one in operation.get("parameters", ())
    )
    answers = (
        f"<li>{escape(status)} {escape(answer.get('description', ''))}"
        for status, answer in sorted(operation["responses"].items())
    )
    title = f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{said}</p>"
    return f"{title}<ul>{''.join(parameters)}</ul><ul>{''.join(answers)}</ul>"


def _without_422(document: Schema) -> None:
    for address in document["paths"].values():
        for operation in address.values():
            operation.get("responses", {}).pop("422", None)
    schemas = document.get("components", {}).get("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
