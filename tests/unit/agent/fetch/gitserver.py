"""Git's own http-backend behind a web server on loopback, and repositories made with git."""

import os
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class GitServer:
    """Repositories below a directory."""

    directory: Path
    port: int = 0
    login: str = ""
    """`user:password` that is asked for."""
    newest: bool = True
    """It speaks the newest protocol; one that does not gives no commit but those that branches and tags name."""
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def git(self, repository: str, *command: str) -> str:
        """Run git in a repository; made if it is not there."""
        path = self.directory / repository
        if not path.exists():
            path.mkdir()
            self.git(repository, "init", "--quiet", "--initial-branch", "main")
        settings = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
        environ = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
        ended = subprocess.run(["git", *settings, *command], cwd=path, env=environ, check=True, capture_output=True)
        return ended.stdout.decode().strip()

    def commit(self, repository: str, message: str = "a change", **files: bytes) -> str:
        """Write files, whose names have `__` for `/`, and commit; returns the commit."""
        self.git(repository, "status")
        for name, content in files.items():
            path = self.directory / repository / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.git(repository, "add", "--all")
        self.git(repository, "commit", "--quiet", "--allow-empty", "--message", message)
        return self.git(repository, "rev-parse", "HEAD")


@contextmanager
def git_server(directory: Path) -> Iterator[GitServer]:
    server = GitServer(directory)
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    http.daemon_threads = True
    server.port = http.server_port
    threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


def _handler(server: GitServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(f"{self.command} {self.path}")
            expected = "Basic " + b64encode(server.login.encode()).decode()
            if server.login and self.headers.get("Authorization") != expected:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body = self._body()
            path, _, query = self.path.partition("?")
            variables = {
                "GIT_PROJECT_ROOT": str(server.directory),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_CONFIG_GLOBAL": "/dev/null",
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", "") if server.newest else "",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "REMOTE_ADDR": "127.0.0.1",
            }
            command = ["git", "-c", "safe.directory=*", "http-backend"]
            ended = subprocess.run(
                command, input=body, env={**os.environ, **variables}, capture_output=True, check=True
            )
            head, _, content = ended.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.send_response(int(headers.pop("Status", "200 OK").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.do_GET()

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    return Handler
