"""Passes requests on to the registry and its answers back, streaming both ways.

Where an upload goes on is the registry's to say, and may be any address; the adapter is told a path of ours that stands
for it. A download that the registry sends elsewhere is followed here, without the credential. A request whose body was
streamed cannot be repeated, so authorization comes before it; small bodies are held and can.
"""

import http.client
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import SplitResult, urljoin, urlsplit

from referee_agent.body import BodyError, length, pieces
from referee_agent.oci.authorization import Authorization, NotAuthorized
from referee_agent.oci.paths import upload_path, within, without_mount
from referee_agent.oci.upstream import Upstream
from referee_agent.server import Handler
from referee_agent.settings import Settings

_SECONDS = 60
_PIECE = 64 * 1024
_HELD = 1024 * 1024
"""Bytes of a body that is kept for a second try."""
_UPLOADS = 256
_REDIRECTS = 5
_ASKED = ("Accept", "Content-Type", "Content-Range", "Range", "OCI-Chunk-Min-Length")
_TOLD = (
    *("Content-Type", "Content-Range", "Range", "Accept-Ranges", "ETag", "Link", "Docker-Content-Digest"),
    *("Docker-Upload-UUID", "Docker-Distribution-Api-Version", "OCI-Subject", "OCI-Chunk-Min-Length"),
    *("OCI-Filters-Applied", "Retry-After"),
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Request:
    """What goes out."""

    method: str
    url: SplitResult
    headers: dict[str, str]
    body: bytes | Iterable[bytes]
    size: int | None
    """None: in chunks."""

    @property
    def repeatable(self) -> bool:
        return isinstance(self.body, bytes)


class Registry:
    """The one repository that adapters may use."""

    def __init__(self, settings: Settings) -> None:
        self._upstream = Upstream(settings)
        self._repository = settings.oci_repository
        self._authorization = Authorization(self._upstream, self._repository)
        self._uploads: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def pass_on(self, request: Handler) -> None:
        """Answer the request as the registry would."""
        path, _, query = request.path.partition("?")
        if path == "/v2/":
            request.answer(HTTPStatus.OK, {}, {"Docker-Distribution-Api-Version": "registry/2.0"})
            return
        found = within(path, self._repository)
        if found is None:
            said = f"{path} is not of the repository {self._repository!r}, the one that exports.oci of the job names"
            _refuse(request, HTTPStatus.FORBIDDEN, "DENIED", said)
            return
        url = self._target(path, query, found["upload"])
        if url is None:
            _refuse(request, HTTPStatus.NOT_FOUND, "BLOB_UPLOAD_UNKNOWN", "no such upload; begin it again")
            return
        try:
            self._exchange(request, _incoming(request, url))
        except BodyError as error:
            _refuse(request, HTTPStatus.BAD_REQUEST, "SIZE_INVALID", str(error))
        except NotAuthorized as error:
            _refuse(request, HTTPStatus.UNAUTHORIZED, "UNAUTHORIZED", f"exports.oci: {error}")
        except (OSError, http.client.HTTPException) as error:
            said = f"the registry {self._upstream.host}: {type(error).__name__}: {error}"
            _refuse(request, HTTPStatus.BAD_GATEWAY, "UNKNOWN", said)

    def _target(self, path: str, query: str, upload: str | None) -> SplitResult | None:
        """The registry's address for what the adapter asks, None if an upload is not known."""
        if upload is None:
            return urlsplit(f"{self._upstream.url}{path}?{without_mount(query)}".rstrip("?"))
        with self._lock:
            known = self._uploads.get(upload)
        if known is None:
            return None
        url = urlsplit(known)
        return url._replace(query="&".join(filter(None, (url.query, query))))

    def _exchange(self, request: Handler, outgoing: _Request) -> None:
        """The request and its answer; with the registry asked again where a new token may help."""
        used = self._authorization.header()
        connection, response = self._send(outgoing, used)
        try:
            # elsewhere, as where the registry sends an upload, a challenge could name any token service
            if response.status == HTTPStatus.UNAUTHORIZED and self._upstream.is_at(outgoing.url):
                again = self._authorization.learn(response.headers.get("WWW-Authenticate", ""), used)
                if not (again and outgoing.repeatable):
                    raise NotAuthorized(f"{self._upstream.host} does not take our credential")
                connection.close()
                connection, response = self._send(outgoing, self._authorization.header())
            for _ in range(_REDIRECTS):
                if outgoing.method not in ("GET", "HEAD") or not 300 < response.status < 400:  # noqa: PLR2004
                    break
                outgoing = _Request(outgoing.method, _location(outgoing, response), outgoing.headers, b"", 0)
                connection.close()
                connection, response = self._send(outgoing, "")
            self._answer(request, outgoing, response)
        finally:
            connection.close()

    def _send(
        self, outgoing: _Request, authorization: str
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """The answer, with nothing read of its body yet."""
        connection = self._upstream.connect_to(outgoing.url, _SECONDS)
        headers = dict(outgoing.headers)
        if authorization and self._upstream.is_at(outgoing.url):
            headers["Authorization"] = authorization
        if outgoing.size is None:
            headers["Transfer-Encoding"] = "chunked"
        elif outgoing.size or outgoing.method in ("POST", "PUT", "PATCH"):
            headers["Content-Length"] = str(outgoing.size)
        path = outgoing.url._replace(scheme="", netloc="", fragment="").geturl()
        try:
            connection.request(
                outgoing.method, path or "/", outgoing.body or None, headers, encode_chunked=outgoing.size is None
            )
        except (BrokenPipeError, ConnectionResetError):
            log.info("the registry has answered before the whole body was sent")
        except BaseException:
            connection.close()
            raise
        return connection, connection.getresponse()

    def _answer(self, request: Handler, outgoing: _Request, response: http.client.HTTPResponse) -> None:
        headers = {name: value for name in _TOLD if (value := response.headers.get(name)) is not None}
        if location := response.headers.get("Location"):
            headers |= self._local(urljoin(outgoing.url.geturl(), location))
        size = response.headers.get("Content-Length")
        bodiless = request.command == "HEAD" or response.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
        chunked = size is None and not bodiless
        request.send_response(response.status)
        framing = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": size} if size else {}
        for name, value in (headers | framing).items():
            request.send_header(name, value)
        request.end_headers()
        while not bodiless and (piece := response.read(_PIECE)):
            request.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
        if chunked:
            request.wfile.write(b"0\r\n\r\n")

    def _local(self, location: str) -> dict[str, str]:
        """A Location that leads the adapter back to us: what is finished has a path, what goes on a name."""
        url = urlsplit(location)
        found = within(url.path, self._repository)
        if (
            self._upstream.is_at(url)
            and found is not None
            and not url.path.startswith(f"/v2/{self._repository}/blobs/uploads")
        ):
            return {"Location": url.path}
        name = secrets.token_urlsafe(16)
        with self._lock:
            self._uploads[name] = location
            while len(self._uploads) > _UPLOADS:
                self._uploads.popitem(last=False)
        return {"Location": upload_path(self._repository, name)}


def _incoming(request: Handler, url: SplitResult) -> _Request:
    """What the adapter sends, aimed at the registry; a small body is read here."""
    headers = {name: value for name in _ASKED if (value := request.headers.get(name)) is not None}
    size = length(request.headers)
    body = pieces(request.rfile, request.headers)
    held = size is not None and size <= _HELD
    return _Request(request.command, url, headers, b"".join(body) if held else body, size)


def _location(outgoing: _Request, response: http.client.HTTPResponse) -> SplitResult:
    url = urlsplit(urljoin(outgoing.url.geturl(), response.headers.get("Location", "")))
    if url.scheme not in ("http", "https"):
        raise http.client.HTTPException(f"it sends us to {url.scheme or 'nowhere'}")
    return url


def _refuse(request: Handler, status: HTTPStatus, code: str, message: str) -> None:
    """As registries say it."""
    log.warning("refused %s %s: %s", request.command, request.path.partition("?")[0], message)
    request.close_connection = True
    request.answer(status, {"errors": [{"code": code, "message": message}]})
