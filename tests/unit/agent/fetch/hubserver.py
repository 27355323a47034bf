"""A hub on loopback that speaks as much of Hugging Face's API as a snapshot of a data set takes."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from tests.unit.agent.fetch.web import Asked, Page, Web

COMMIT = hashlib.sha1(b"commit", usedforsecurity=False).hexdigest()


@dataclass
class Hub:
    """One data set, on a web server."""

    web: Web
    name: str
    files: dict[str, bytes]
    revisions: list[str] = field(default_factory=lambda: ["main", "v1", COMMIT])
    token: str = ""
    """Asked for, if set."""
    gated: bool = False
    """The token is known and may not read."""

    def __post_init__(self) -> None:
        for revision in self.revisions:
            self.web.pages[f"/api/datasets/{self.name}/revision/{revision}"] = self._checked(self._info)
        self.web.pages[f"/api/datasets/{self.name}/tree/{COMMIT}"] = self._checked(self._tree)
        for path in self.files:
            self.web.pages[f"/datasets/{self.name}/resolve/{COMMIT}/{path}"] = self._checked(self._file)

    def calls(self) -> list[str]:
        return [f"{asked.method} {asked.path}" for asked in self.web.asked]

    def _checked(self, page: Callable[[Asked], Page]) -> Callable[[Asked], Page]:
        def checked(asked: Asked) -> Page:
            headers = {name.lower(): value for name, value in asked.headers.items()}
            if self.token and headers.get("authorization") != f"Bearer {self.token}":
                return 401, {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"}, b"{}"
            if self.gated:
                return 403, {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access is restricted"}, b"{}"
            return page(asked)

        return checked

    def _info(self, _asked: Asked) -> Page:
        siblings = [{"rfilename": path} for path in self.files]
        return _json({"id": self.name, "sha": COMMIT, "private": False, "tags": [], "siblings": siblings})

    def _tree(self, _asked: Asked) -> Page:
        return _json([{"type": "file", "path": p, "size": len(c), "oid": _oid(c)} for p, c in self.files.items()])

    def _file(self, asked: Asked) -> Page:
        content = self.files[unquote(asked.path).partition(f"/resolve/{COMMIT}/")[2].partition("?")[0]]
        headers = {"ETag": f'"{_oid(content)}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        return 200, headers, content


def _oid(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%s" % (len(content), content), usedforsecurity=False).hexdigest()


def _json(document: object) -> Page:
    return 200, {"Content-Type": "application/json"}, json.dumps(document).encode()
