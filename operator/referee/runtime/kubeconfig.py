"""Kubeconfig files: merged as kubectl does, and one context of them turned into `Credentials`.

Supported: certificate authority, client certificate and key (file or data), insecure-skip-tls-verify, token, tokenFile
and exec plugins that give a token. The rest is refused by name, never ignored: whoever wrote `proxy-url` must not find
the operator going around the proxy.
"""

import base64
import binascii
import ssl
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from referee.runtime.credentials import Credentials, CredentialsError, fixed_token, no_token, token_file
from referee.runtime.exec_plugin import ExecPlugin

_REFUSED_CLUSTER = ("proxy-url", "tls-server-name")
_REFUSED_USER = ("auth-provider", "username", "password", "as", "as-groups", "as-uid", "as-user-extra")
_FILE_FIELDS = ("certificate-authority", "client-certificate", "client-key", "tokenFile")


def from_kubeconfig(files: Sequence[Path], context: str | None = None) -> Credentials:
    """Take the named context, else the current one; the first file that names something wins."""
    merged = _merge(files)
    where = ", ".join(str(file) for file in files)
    name = context or merged["current-context"]
    if not name:
        raise CredentialsError(f"{where}: no current-context; set one with `kubectl config use-context NAME`")
    chosen = _named(merged, "contexts", name, where)
    cluster = _named(merged, "clusters", chosen.get("cluster"), where)
    user = _named(merged, "users", chosen["user"], where) if chosen.get("user") else {}
    for kind, entry, refused in (("cluster", cluster, _REFUSED_CLUSTER), ("user", user, _REFUSED_USER)):
        if found := [field for field in refused if entry.get(field)]:
            raise CredentialsError(f"{where}: {kind} field {found[0]} of context {name} is not supported; remove it")
    server = str(cluster.get("server") or "").rstrip("/")
    if not server:
        raise CredentialsError(f"{where}: the cluster of context {name} has no server")
    tls = server.startswith("https")
    certified = tls and all(user.get(f) or user.get(f"{f}-data") for f in ("client-certificate", "client-key"))
    return Credentials(
        server=server,
        token=_token(user),
        ssl=_ssl_context(cluster, user, where) if tls else None,
        ssl_for_others=_ssl_context(cluster, {}, where) if certified else None,
        namespace=chosen.get("namespace") or "default",
    )


def _merge(files: Sequence[Path]) -> dict[str, Any]:
    merged: dict[str, Any] = {"current-context": None, "contexts": {}, "clusters": {}, "users": {}}
    for file in files:
        try:
            content = yaml.safe_load(file.read_text()) or {}
        except (OSError, yaml.YAMLError) as error:
            raise CredentialsError(f"{file}: cannot be read as a kubeconfig: {error}") from error
        merged["current-context"] = merged["current-context"] or content.get("current-context")
        for section, one in (("contexts", "context"), ("clusters", "cluster"), ("users", "user")):
            for entry in content.get(section) or ():
                merged[section].setdefault(entry["name"], _absolute(entry.get(one) or {}, file.parent))
    return merged


def _absolute(entry: dict[str, Any], directory: Path) -> dict[str, Any]:
    """Resolve file names against the kubeconfig they stand in, which after merging nobody knows any more."""
    return {key: str(directory / value) if key in _FILE_FIELDS and value else value for key, value in entry.items()}


def _named(merged: dict[str, Any], section: str, name: str | None, where: str) -> dict[str, Any]:
    try:
        entry: dict[str, Any] = merged[section][name]
    except KeyError:
        known = ", ".join(sorted(merged[section])) or "none"
        raise CredentialsError(f"{where}: nothing called {name!r} among its {section} ({known})") from None
    return entry


def _token(user: dict[str, Any]) -> Callable[[], Awaitable[str | None]]:
    if user.get("exec"):
        return ExecPlugin(user["exec"]).token
    # kubectl's precedence: the literal token counts only where no file is named.
    if user.get("tokenFile"):
        return token_file(Path(user["tokenFile"]))
    return fixed_token(user["token"]) if user.get("token") else no_token


def _ssl_context(cluster: dict[str, Any], user: dict[str, Any], where: str) -> ssl.SSLContext:
    try:
        ca = _pem(cluster, "certificate-authority")
        context = ssl.create_default_context(cadata=ca)
        if cluster.get("insecure-skip-tls-verify"):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        certificate, key = _pem(user, "client-certificate"), _pem(user, "client-key")
        if certificate and key:
            _load_client_certificate(context, certificate, key)
    except (OSError, ssl.SSLError, binascii.Error, UnicodeDecodeError) as error:
        raise CredentialsError(f"{where}: a certificate or key cannot be loaded: {error}") from error
    return context


def _pem(entry: dict[str, Any], field: str) -> str | None:
    """Read the `-data` form, which wins as in kubectl, else the file."""
    if data := entry.get(f"{field}-data"):
        return base64.b64decode(data).decode("ascii")
    return Path(entry[field]).read_text() if entry.get(field) else None


def _load_client_certificate(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """Python's ssl loads a key from a file only: one that nobody else may read, for as long as it takes."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(f"{certificate}\n{key}")
        file.flush()
        context.load_cert_chain(file.name)
