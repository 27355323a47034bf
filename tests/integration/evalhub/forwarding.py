"""A loopback HTTP proxy that says who is calling, for programs that cannot.

The SDK's own tests and examples make clients without a token at http://localhost:8080. Its clients honour
HTTP_PROXY, so those programs run as they are, with the address they have: whatever they ask for, wherever, is asked
of the gateway, with the token and the tenant added.

Rejected: a gateway on port 8080 of this machine, where somebody else may be; a changed copy of those programs.
"""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP = {"connection", "proxy-connection", "keep-alive", "transfer-encoding", "host", "content-length"}


@contextmanager
def forwarding(url: str, headers: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment for programs that are to be let through to `url` with these headers."""
    there = urlsplit(url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            asked = urlsplit(self.path)
            path = asked.path + (f"?{asked.query}" if asked.query else "")
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            own = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            connection = http.client.HTTPConnection(str(there.hostname), there.port or 80, timeout=60)
            connection.request(self.command, path, body, {**own, **headers})
            answer = connection.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            if answer.status != http.client.NO_CONTENT:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            connection.close()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on  # noqa: N815 - the names that are looked for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is declared
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="forwarding")
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_address[1]}"
        yield {"HTTP_PROXY": address, "http_proxy": address, "NO_PROXY": "", "no_proxy": ""}
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
