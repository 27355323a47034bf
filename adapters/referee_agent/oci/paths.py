"""Which requests may be made with the job's credential: those about its own repository.

A repository's name has slashes, so whether `/v2/a/b/manifests/x` is about `a/b` or about `a/b/manifests` is decided by
the whole path and not by how it begins. What comes encoded is refused: no digest, tag or name needs it.
"""

import re
from urllib.parse import parse_qsl, urlencode

_DIGEST = r"[a-z0-9]+(?:[+._-][a-z0-9]+)*:[A-Za-z0-9=_-]{32,}"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"
_UPLOAD = r"[A-Za-z0-9_-]{16,}"
_REST = re.compile(
    rf"blobs/(?:uploads/?|uploads/(?P<upload>{_UPLOAD})|{_DIGEST})"
    rf"|manifests/(?:{_DIGEST}|{_TAG})|tags/list|referrers/{_DIGEST}"
)


def within(path: str, repository: str) -> re.Match[str] | None:
    """The part of a path that comes after the repository, None if the path is about anything else."""
    prefix = f"/v2/{repository}/"
    return _REST.fullmatch(path[len(prefix) :]) if path.startswith(prefix) else None


def upload_path(repository: str, upload: str) -> str:
    """Where an upload goes on, for the adapter."""
    return f"/v2/{repository}/blobs/uploads/{upload}"


def without_mount(query: str) -> str:
    """A query that takes no blob over from another repository; the registry then begins an upload as usual."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, value) for name, value in pairs if name not in ("mount", "from")])
