"""The keys of one control plane: its authority, the server's certificate, the key that signs ServiceAccounts' tokens.

Made anew at each start, for a month, in some tens of milliseconds. The token key is RSA, which every real cluster
has (RS256), so that whoever verifies tokens here verifies them there; the certificates are on P-256, which is quicker
to make. A certificate of an authority, not a self-signed one: OpenSSL's strict mode, Python's default from 3.13 on,
refuses a leaf that is its own authority.
"""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

VALID = dt.timedelta(days=30)
SERVER_NAMES = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")


@dataclass(frozen=True)
class Keys:
    """The files, all PEM."""

    authority: Path
    certificate: Path
    key: Path
    token_key: Path

    @classmethod
    def make(cls, directory: Path, addresses: Sequence[str]) -> "Keys":
        """Make the files of a server that is reached at these IP addresses."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys = cls(*(directory / name for name in ("ca.crt", "server.crt", "server.key", "tokens.key")))
        authority, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root = _authority(authority)
        keys.authority.write_bytes(root.public_bytes(serialization.Encoding.PEM))
        certificate = _server(server, root, authority, addresses)
        keys.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        _write_key(keys.key, server)
        _write_key(keys.token_key, rsa.generate_private_key(public_exponent=65537, key_size=2048))
        return keys


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name("referee-testbed")
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _begin(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )


def _server(
    key: ec.EllipticCurvePrivateKey,
    root: x509.Certificate,
    signer: ec.EllipticCurvePrivateKey,
    addresses: Sequence[str],
) -> x509.Certificate:
    ips = [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    names: list[x509.GeneralName] = [*map(x509.DNSName, SERVER_NAMES), *ips]
    return (
        _begin(_name("kube-apiserver"), root.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )


def _begin(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    file.touch(mode=0o600)
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
