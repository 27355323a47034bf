"""A token service as registries send their clients to one: it signs who may do what, for name and password, or for an
identity token.
"""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.testbed.registry import PASSWORD, USER, TokenService

IDENTITY = "identity-of-the-pusher"
_BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@dataclass
class Service:
    """A running service."""

    host: str
    certificates: Path
    life: float = 60
    """Seconds that a token is good for."""
    asked: list[str] = field(default_factory=list)
    """Method and scope of each request that was granted."""

    @property
    def told(self) -> TokenService:
        return TokenService(f"http://{self.host}/token", "the-registry", "the-issuer", self.certificates)


@contextmanager
def token_service(directory: Path) -> Iterator[Service]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the-issuer")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = directory / "issuer.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    chain = [base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()]

    def granted(scope: str) -> bytes:
        kind, repository, actions = scope.split(":")
        claims = {
            "iss": "the-issuer",
            "aud": "the-registry",
            "sub": USER,
            "iat": int(time.time()) - 5,
            "nbf": int(time.time()) - 5,
            "exp": int(time.time()) + 300,
            "access": [{"type": kind, "name": repository, "actions": actions.split(",")}],
        }
        token = jwt.encode(claims, key, "ES256", headers={"x5c": chain})
        return json.dumps({"token": token, "expires_in": service.life}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            self._answer(self.headers.get("Authorization") == _BASIC, asked["scope"][0])

        def do_POST(self) -> None:
            asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._answer(asked["refresh_token"] == [IDENTITY], asked["scope"][0])

        def _answer(self, known: bool, scope: str) -> None:
            body = granted(scope) if known else b"{}"
            if known:
                service.asked.append(f"{self.command} {scope}")
            self.send_response(200 if known else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = Service(f"127.0.0.1:{server.server_port}", path)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
