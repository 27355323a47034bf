"""Where a client certificate says who we are, a call with another's token goes without it.

An API server believes a certificate before it looks at a token: with ours on the connection, everybody would be us.
"""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from referee.runtime.credentials import Credentials
from referee.runtime.kube import Kube
from referee.runtime.kubeconfig import from_kubeconfig
from referee.runtime.transport import Transport


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for localhost that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "admin")])
    now = datetime.now(UTC)
    serial = x509.random_serial_number()
    builder = x509.CertificateBuilder(name, name, key.public_key(), serial, now, now + timedelta(days=1))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    certificate, private = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, private


async def who(request: web.Request) -> web.Response:
    """As an API server sees it."""
    assert request.transport is not None
    certified = request.transport.get_extra_info("peercert")
    return web.json_response({"certified": bool(certified), "token": request.headers.get("Authorization")})


@pytest.fixture
async def server(pair: tuple[Path, Path]) -> AsyncIterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(pair[0]))
    context.load_cert_chain(*map(str, pair))
    context.verify_mode = ssl.CERT_OPTIONAL
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", who)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield f"https://localhost:{runner.addresses[0][1]}"
    await runner.cleanup()


def credentials(server: str, pair: tuple[Path, Path], directory: Path) -> Credentials:
    certificate, key = map(str, pair)
    content = {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
        "clusters": [{"name": "k", "cluster": {"server": server, "certificate-authority": certificate}}],
        "users": [{"name": "u", "user": {"client-certificate": certificate, "client-key": key}}],
    }
    file = directory / "kubeconfig"
    file.write_text(yaml.safe_dump(content))
    return from_kubeconfig([file])


async def test_another_is_known_by_the_token_alone(server: str, pair: tuple[Path, Path], tmp_path: Path) -> None:
    transport = Transport(credentials(server, pair, tmp_path))
    kube = Kube(transport)

    for _ in range(2):  # the second time over connections that are open
        assert await kube.get("/api") == {"certified": True, "token": None}
        assert await kube.acting_as("anna").get("/api") == {"certified": False, "token": "Bearer anna"}
    await transport.close()
