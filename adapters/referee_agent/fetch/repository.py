"""A commit of a git repository, without its history and without what git keeps for itself.

No working tree is checked out: the files are written out of the tree objects, so no filter, hook or attribute of the
repository has a say. Links and submodules are left out, and the log names them.
"""

import logging
import re
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

import urllib3
from dulwich.client import HTTPUnauthorized, get_transport_and_path_from_url
from dulwich.errors import GitProtocolError, NotGitRepository
from dulwich.objects import Blob, Commit, ObjectID, Tag, Tree
from dulwich.refs import Ref
from dulwich.repo import Repo

from referee_agent.fetch.errors import NotFound, Unauthorized, Unreachable
from referee_agent.fetch.landing import Landing, parts
from referee_agent.fetch.settings import Settings

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_TOKEN_USER = "x-access-token"  # noqa: S105 - a user's name
_LARGE_FILE = b"version https://git-lfs.github.com/spec/v1\n"
_SECONDS = 60

log = logging.getLogger(__name__)


def fetch(settings: Settings, landing: Landing, proxy: str) -> str:
    """Fetch it; returns the commit."""
    url, ref, inner = settings.source["url"], settings.source["ref"], settings.source.get("subPath")
    shown = urlsplit(url)._replace(netloc=urlsplit(url).netloc.rpartition("@")[2], query="").geturl()
    with tempfile.TemporaryDirectory() as scratch, Repo.init_bare(scratch) as repo:
        wanted = _download(settings, repo, proxy, shown)
        commit, tree = _tree(repo, wanted, f"{ref!r} of {shown}")
        for name in parts(inner.rstrip("/")) if inner else ():
            tree = _inner(repo, tree, name, f"{inner!r} is no directory of {shown} at {ref}")
        for name, blob, mode in _files(repo, tree, ""):
            if blob.data.startswith(_LARGE_FILE):
                said = "is kept in Git LFS, which is not fetched: name a subPath without such files, or use http or hf"
                raise NotFound(f"{name} of {shown} {said}")
            with landing.file(name, mode) as file:
                file.write(blob.data)
    return commit


def _download(settings: Settings, repo: Repo, proxy: str, shown: str) -> ObjectID:
    """Bring one commit in; returns the object that the ref names. A server that gives no commit gives its branches."""
    ref = settings.source["ref"]
    found: list[ObjectID] = []

    def choose(refs: Mapping[Ref, ObjectID], depth: int | None = None) -> list[ObjectID]:
        del depth
        found[:] = [_resolve(refs, ref, shown)]
        return list(found)

    def everything(refs: Mapping[Ref, ObjectID], depth: int | None = None) -> list[ObjectID]:
        del depth
        return [sha for name, sha in refs.items() if sha and not name.endswith(b"^{}")]

    try:
        _ask(settings, repo, proxy, shown, choose, 1)
        if found[0] not in repo.object_store:
            _ask(settings, repo, proxy, shown, everything, None)
    except GitProtocolError:
        if not _COMMIT.fullmatch(ref):
            raise Unreachable(f"{shown}: the server broke the protocol off") from None
        _ask(settings, repo, proxy, shown, everything, None)
    return found[0]


def _ask(
    settings: Settings, repo: Repo, proxy: str, shown: str, wants: Callable[..., list[ObjectID]], depth: int | None
) -> None:
    token = settings.secret("token")
    user = settings.secret("username") or (_TOKEN_USER if token else None)
    pool = urllib3.ProxyManager(proxy, timeout=_SECONDS, retries=urllib3.Retry(2, redirect=5))
    try:
        client, path = get_transport_and_path_from_url(
            settings.source["url"], pool_manager=pool, username=user, password=settings.secret("password") or token
        )
        client.fetch(path, repo, determine_wants=wants, depth=depth)
    except NotGitRepository:
        raise NotFound(f"{shown}: there is no git repository") from None
    except HTTPUnauthorized:
        raise Unauthorized(f"{shown} may not be read: check the source's secretRef") from None
    except GitProtocolError as error:
        if " 403 " in str(error):
            raise Unauthorized(f"{shown} may not be read: check the source's secretRef") from None
        raise
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise Unreachable(f"{shown}: {type(error).__name__}") from None
    finally:
        pool.clear()


def _resolve(refs: Mapping[Ref, ObjectID], ref: str, shown: str) -> ObjectID:
    """What a branch, a tag or a commit is called by the server; a branch before a tag of its name."""
    for name in (ref, f"refs/heads/{ref}", f"refs/tags/{ref}"):
        if name.startswith(("refs/", "HEAD")) and (found := refs.get(Ref(name.encode()))) is not None:
            return found
    if _COMMIT.fullmatch(ref):
        return ObjectID(ref.encode())
    raise NotFound(f"{shown} has no branch and no tag {ref!r}; a commit is named by all of its digits")


def _tree(repo: Repo, wanted: ObjectID, shown: str) -> tuple[str, Tree]:
    """The commit that an object leads to, and its tree."""
    try:
        found = repo[wanted]
        while isinstance(found, Tag):
            found = repo[found.object[1]]
        if isinstance(found, Commit) and isinstance(tree := repo[found.tree], Tree):
            return found.id.decode(), tree
    except KeyError:
        pass
    raise NotFound(f"{shown} is no commit that the server gives")


def _inner(repo: Repo, tree: Tree, name: str, otherwise: str) -> Tree:
    try:
        found = repo[tree[name.encode()][1]]
    except KeyError:
        raise NotFound(otherwise) from None
    if not isinstance(found, Tree):
        raise NotFound(otherwise)
    return found


def _files(repo: Repo, tree: Tree, above: str) -> Iterator[tuple[str, Blob, int]]:
    """Every plain file below a tree, with its name and whether it may be run."""
    for entry in tree.iteritems():
        name = above + entry.path.decode(errors="surrogateescape")
        if stat.S_ISDIR(entry.mode):
            below = repo[entry.sha]
            if isinstance(below, Tree):
                yield from _files(repo, below, f"{name}/")
        elif stat.S_ISREG(entry.mode):
            blob = repo[entry.sha]
            if isinstance(blob, Blob):
                yield name, blob, 0o755 if entry.mode & 0o100 else 0o644
        else:
            log.warning("left out: %r is no plain file", name)
