"""A plain client of the API server for tests: raw paths in, decoded JSON out, refusals as exceptions.

Tests do with it what users do with curl, so that they depend on the API alone and on no part of Referee.
"""

import json
import ssl
import time
from collections.abc import Callable
from typing import Any, Self

import httpx

Json = dict[str, Any]

PATCH_TYPES = {
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "json": "application/json-patch+json",
}
APPLY = "application/apply-patch+yaml"


class RefusedError(Exception):
    """The API server refused; the text is its own message."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        try:
            body = answer.json()
        except json.JSONDecodeError:
            body = {"message": answer.text}
        self.reason: str = body.get("reason", "")
        self.message: str = body.get("message", "")
        super().__init__(f"{answer.request.method} {answer.request.url.path}: {self.status} {self.message}")


class Api:
    """One identity at one API server; identities share the connections."""

    def __init__(self, client: httpx.Client, token: str | None) -> None:
        self._client = client
        self._identity = {"Authorization": f"Bearer {token}"} if token else {}

    @classmethod
    def at(cls, server: str, token: str | None, tls: ssl.SSLContext | None) -> Self:
        """A new client of a server."""
        return cls(httpx.Client(base_url=server, verify=tls or True, timeout=30.0, trust_env=False), token)

    def as_token(self, token: str | None) -> "Api":
        """The same server, as another identity; None: as nobody, or as the client certificate says."""
        return Api(self._client, token)

    def get(self, path: str, **query: str) -> Json:
        """Read an object or a list."""
        return self._json("GET", path, query)

    def text(self, path: str, **query: str) -> str:
        """What stands there as text: a log."""
        answer = self._client.request("GET", path, params=query, headers=self._identity)
        if answer.is_error:
            raise RefusedError(answer)
        return answer.text

    def post(self, path: str, body: Json, **query: str) -> Json:
        """Create an object, or call a subresource."""
        return self._json("POST", path, query, body)

    def put(self, path: str, body: Json, **query: str) -> Json:
        """Replace an object."""
        return self._json("PUT", path, query, body)

    def patch(self, path: str, body: Any, kind: str = "merge", **query: str) -> Json:
        """Patch an object: merge, strategic or json."""
        return self._json("PATCH", path, query, body, PATCH_TYPES[kind])

    def apply(self, path: str, manifest: str, manager: str = "testbed") -> Json:
        """Server-side apply of a manifest, YAML or JSON."""
        query = {"fieldManager": manager, "force": "true"}
        return self._send("PATCH", path, query, manifest, APPLY)

    def delete(self, path: str, body: Json | None = None, **query: str) -> Json:
        """Delete an object; the body is DeleteOptions."""
        return self._json("DELETE", path, query, body)

    def exists(self, path: str) -> bool:
        """Whether a GET finds it."""
        try:
            self.get(path)
        except RefusedError as error:
            if error.status == httpx.codes.NOT_FOUND:
                return False
            raise
        return True

    def wait(self, path: str, until: Callable[[Json], Any], seconds: float = 10.0) -> Json:
        """The object at a path as soon as the condition holds for it; it need not exist yet."""
        deadline, last = time.monotonic() + seconds, "it does not exist"
        while (begin := time.monotonic()) < deadline:
            try:
                found = self.get(path)
            except RefusedError as error:
                if error.status != httpx.codes.NOT_FOUND:
                    raise
            else:
                if until(found):
                    return found
                last = json.dumps(found, indent=1)
            time.sleep(max(0.03, 2 * (time.monotonic() - begin)))  # a long list must not keep the server busy
        raise TimeoutError(f"{path} is after {seconds:g} s still not as wanted: {last}")

    def _json(
        self, method: str, path: str, query: dict[str, str], body: Any = None, kind: str = "application/json"
    ) -> Json:
        return self._send(method, path, query, None if body is None else json.dumps(body), kind)

    def _send(self, method: str, path: str, query: dict[str, str], content: str | None, kind: str) -> Json:
        headers = {"Content-Type": kind, **self._identity}
        answer = self._client.request(method, path, params=query, content=content, headers=headers)
        if answer.is_error:
            raise RefusedError(answer)
        decoded: Json = answer.json()
        return decoded

    def close(self) -> None:
        """Close the connections, of every identity."""
        self._client.close()
