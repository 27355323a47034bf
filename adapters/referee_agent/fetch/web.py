"""A file from a web server."""

import hashlib
import http.client
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from referee_agent.fetch.errors import DigestMismatch, Forbidden, Unreachable, of_status
from referee_agent.fetch.landing import Landing
from referee_agent.fetch.settings import Settings

_SECONDS = 60
_PIECE = 256 * 1024


def fetch(settings: Settings, landing: Landing, proxy: str) -> str:
    """Fetch it; returns the digest of what came."""
    url, wanted = settings.source["url"], settings.source.get("sha256")
    parts = urlsplit(url)
    # a query may be the key to the file, and what stands before the host is one
    shown = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
    request = Request(url, headers={"Accept-Encoding": "identity", "User-Agent": "referee"})  # noqa: S310 - http(s), below
    if (token := settings.secret("token")) is not None:
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    digest, size = hashlib.sha256(), 0
    try:
        with _opener(proxy).open(request, timeout=_SECONDS) as response, landing.file(_name(url)) as file:
            told = response.headers.get("Content-Length")
            landing.expect(int(told or 0))
            while piece := response.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                file.write(piece)
    except HTTPError as error:
        error.close()
        raise of_status(error.code, shown) from None
    except (URLError, OSError, http.client.HTTPException) as error:
        raise Unreachable(f"{shown}: {getattr(error, 'reason', error) or type(error).__name__}") from None
    if told is not None and size != int(told):
        raise Unreachable(f"{shown}: the answer ended after {size} of {told} bytes")
    if wanted is not None and digest.hexdigest() != wanted:
        raise DigestMismatch(f"{shown} has sha256 {digest.hexdigest()}, and {wanted} is asked for")
    return f"sha256:{digest.hexdigest()}"


def _opener(proxy: str) -> OpenerDirector:
    """Knows http and https alone, so that a redirect leads to nothing else."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler({"http": proxy, "https": proxy}),
        HTTPHandler(),
        HTTPSHandler(),
        HTTPRedirectHandler(),
        HTTPErrorProcessor(),
        HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _name(url: str) -> str:
    """The address's last segment."""
    name = unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]) or "data"
    if "/" in name:
        raise Forbidden(f"the address ends in {name!r}, which is no name of a file")
    return name
