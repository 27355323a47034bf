import base64
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from referee.runtime.credentials import Credentials, CredentialsError, in_cluster, load_credentials


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a self-signed certificate and its key."""
    directory = tmp_path_factory.mktemp("pem")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    unsigned = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    authority = unsigned.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = authority.sign(key, hashes.SHA256())
    (directory / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (directory / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return directory


def kubeconfig(path: Path, cluster: dict[str, Any], user: dict[str, Any], **context: str) -> Path:
    content = {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u", **context}}],
        "clusters": [{"name": "k", "cluster": {"server": "https://api:6443/", **cluster}}],
        "users": [{"name": "u", "user": user}],
    }
    path.write_text(yaml.safe_dump(content))
    return path


async def test_in_a_pod_it_is_the_service_account(tmp_path: Path, pem: Path) -> None:
    (tmp_path / "token").write_text("first\n")
    (tmp_path / "ca.crt").write_text((pem / "cert.pem").read_text())
    (tmp_path / "namespace").write_text("team-a")
    env = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}

    found = in_cluster(tmp_path, env)

    assert (found.server, found.namespace) == ("https://[fd00::1]:443", "team-a")
    assert await found.token() == "first"
    (tmp_path / "token").write_text("second")
    assert await found.token() == "second", "a projected token is replaced while we run"


def test_a_pod_without_a_token_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match=f"{tmp_path}/token"):
        in_cluster(tmp_path, {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"})


def test_without_anything_it_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match="set KUBECONFIG"):
        load_credentials(env={"HOME": str(tmp_path)})


async def test_the_explicit_file_wins_over_the_environment(tmp_path: Path) -> None:
    explicit = kubeconfig(tmp_path / "a", {"server": "http://explicit"}, {"token": "t"}, namespace="mine")
    other = kubeconfig(tmp_path / "b", {"server": "http://other"}, {"token": "u"})

    found = load_credentials(explicit, env={"KUBECONFIG": str(other)})

    assert (found.server, found.namespace, await found.token()) == ("http://explicit", "mine", "t")
    assert found.ssl is None
    assert load_credentials(env={"KUBECONFIG": str(other), "KUBERNETES_SERVICE_HOST": "x"}).server == "http://other"


async def test_files_are_merged_and_the_first_that_names_something_wins(tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.write_text(
        yaml.safe_dump(
            {
                "contexts": [{"name": "mixed", "context": {"cluster": "k", "user": "u"}}],
                "users": [{"name": "u", "user": {"token": "from-first"}}],
            }
        )
    )
    second = kubeconfig(tmp_path / "second", {"server": "http://second"}, {"token": "from-second"})

    found = load_credentials(context="mixed", env={"KUBECONFIG": f"{first}:{second}"})

    assert (found.server, await found.token()) == ("http://second", "from-first")


@pytest.mark.parametrize("form", ["files beside the kubeconfig", "data inside"])
async def test_client_certificates_and_authorities(form: str, tmp_path: Path, pem: Path) -> None:
    names = {"certificate-authority": "cert.pem", "client-certificate": "cert.pem", "client-key": "key.pem"}
    if form == "data inside":
        entry = {f"{k}-data": base64.b64encode((pem / v).read_bytes()).decode() for k, v in names.items()}
    else:
        entry = names
        for name in ("cert.pem", "key.pem"):
            (tmp_path / name).write_bytes((pem / name).read_bytes())
    ca = {k: v for k, v in entry.items() if k.startswith("certificate")}
    user = {k: v for k, v in entry.items() if k.startswith("client")}

    found = load_credentials(kubeconfig(tmp_path / "config", ca, user))

    assert found.server == "https://api:6443", "without the slash at its end"
    assert found.ssl is not None
    assert found.ssl.verify_mode is ssl.CERT_REQUIRED
    assert [cert["subject"] for cert in found.ssl.get_ca_certs()] == [((("commonName", "test"),),)]
    assert await found.token() is None


def test_skipping_verification_is_honoured(tmp_path: Path) -> None:
    found = load_credentials(kubeconfig(tmp_path / "c", {"insecure-skip-tls-verify": True}, {}))

    assert found.ssl is not None
    assert found.ssl.verify_mode is ssl.CERT_NONE


async def test_a_token_file_is_read_each_time(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("one")
    found = load_credentials(kubeconfig(tmp_path / "c", {}, {"tokenFile": "token", "token": "ignored"}))
    assert await found.token() == "one"
    (tmp_path / "token").write_text("two")
    assert await found.token() == "two"


def plugin(tmp_path: Path, body: str) -> Credentials:
    """A kubeconfig with an exec plugin that appends a line to `runs` and then does `body`."""
    script = f"import os; open({str(tmp_path / 'runs')!r}, 'a').write('x'); {body}"
    spec = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": sys.executable,
        "args": ["-c", script],
        "env": [{"name": "EXTRA", "value": "given"}],
    }
    return load_credentials(kubeconfig(tmp_path / "c", {}, {"exec": spec}))


@pytest.mark.parametrize(
    ("expires", "runs"),
    [("2999-01-01T00:00:00Z", 1), ("2020-01-01T00:00:00Z", 3), (None, 1)],
    ids=["kept while it lasts", "renewed once it has expired", "kept for good without a date"],
)
async def test_a_plugins_token(expires: str | None, runs: int, tmp_path: Path) -> None:
    status = f"{{'token': os.environ['EXTRA'], 'expirationTimestamp': {expires!r}}}"
    found = plugin(tmp_path, f"import json; print(json.dumps({{'status': {status}}}))")

    assert [await found.token() for _ in range(3)] == ["given"] * 3
    assert len((tmp_path / "runs").read_text()) == runs


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise SystemExit('log in first')", "exit code 1: log in first"),
        ("print('hello')", "no ExecCredential"),
        ('print(\'{"status": {"clientCertificateData": "x"}}\')', "gave no token"),
    ],
)
async def test_a_plugin_that_fails_says_why(body: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match=message):
        await plugin(tmp_path, body).token()


@pytest.mark.parametrize(
    ("cluster", "user", "message"),
    [
        ({"proxy-url": "http://p"}, {}, "cluster field proxy-url of context c is not supported"),
        ({}, {"auth-provider": {"name": "gcp"}}, "user field auth-provider of context c is not supported"),
        ({"server": ""}, {}, "has no server"),
        ({"certificate-authority": "/nowhere.pem"}, {}, "cannot be loaded: .*nowhere"),
        ({"certificate-authority-data": "bm90IGEgY2VydA=="}, {}, "cannot be loaded"),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_name(
    cluster: dict[str, Any], user: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(CredentialsError, match=message):
        load_credentials(kubeconfig(tmp_path / "c", cluster, user))


def test_a_context_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match=r"nothing called 'prod' among its contexts \(c\)"):
        load_credentials(kubeconfig(tmp_path / "c", {}, {}), context="prod")


def test_a_file_that_is_no_kubeconfig_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("a: [")
    with pytest.raises(CredentialsError, match="broken: cannot be read"):
        load_credentials(tmp_path / "broken")


def test_in_a_pod_neither_yaml_nor_the_kubernetes_package_is_loaded() -> None:
    program = """
import sys
from referee.runtime import credentials, kube, transport
try:
    credentials.load_credentials(env={"KUBERNETES_SERVICE_HOST": "10.0.0.1"})
except credentials.CredentialsError:
    print({"yaml", "kubernetes"} & set(sys.modules))
"""
    out = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert out.stdout.strip() == "set()"
