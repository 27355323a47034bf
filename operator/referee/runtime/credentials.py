"""Where the API server is and as whom we talk to it: from the pod's ServiceAccount, else from a kubeconfig.

The order is controller-runtime's: an explicit file, `KUBECONFIG`, the pod, `~/.kube/config`. The `kubernetes` package
is not used: it costs 20 MiB of memory beside aiohttp for what its users mostly need, a server, a CA and a token. The
token is asked for before each request, since a projected one is replaced every hour and an exec plugin's expires.
"""

import os
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext

from referee.api.names import SERVICE_ACCOUNT_DIR


class CredentialsError(Exception):
    """No way to the API server can be made from what is there; the message says what to set."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Everything needed to talk to one API server as one identity."""

    server: str
    """Scheme, host and port, without a slash at the end."""
    token: Callable[[], Awaitable[str | None]]
    """The bearer token of this moment; None where a client certificate says who we are."""
    ssl: SSLContext | None = None
    """None: the system's certificates (or plain http)."""
    namespace: str = "default"
    """Ours: the pod's, or the kubeconfig context's."""
    ssl_for_others: SSLContext | None = None
    """Only where a client certificate says who we are: the same without it, for calls with another's token. An API
    server believes the certificate first, so that everybody would be us."""


async def no_token() -> str | None:
    """Be anonymous, or known by the client certificate."""
    return None


def fixed_token(token: str) -> Callable[[], Awaitable[str | None]]:
    """Always the same token."""

    async def read() -> str | None:
        return token

    return read


def token_file(path: Path) -> Callable[[], Awaitable[str | None]]:
    """Read the token from a file each time; it lies in memory (tmpfs), so reading it does not block."""

    async def read() -> str | None:
        return path.read_text().strip()  # noqa: ASYNC240 - see above

    return read


def in_cluster(directory: Path = Path(SERVICE_ACCOUNT_DIR), env: Mapping[str, str] = os.environ) -> Credentials:
    """Be the pod's ServiceAccount."""
    host, port = env.get("KUBERNETES_SERVICE_HOST"), env.get("KUBERNETES_SERVICE_PORT")
    token, ca, namespace = directory / "token", directory / "ca.crt", directory / "namespace"
    if not host or not port or not token.is_file():
        raise CredentialsError(
            "not in a pod with a ServiceAccount: "
            f"KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT and {token} are needed"
        )
    return Credentials(
        server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
        token=token_file(token),
        ssl=ssl.create_default_context(cafile=str(ca)),
        namespace=namespace.read_text().strip() if namespace.is_file() else "default",
    )


def load_credentials(
    kubeconfig: Path | None = None, context: str | None = None, env: Mapping[str, str] = os.environ
) -> Credentials:
    """Find the API server as controllers do; raises CredentialsError."""
    if kubeconfig is not None:
        return _from_files([kubeconfig], context)
    if env.get("KUBECONFIG"):
        return _from_files([Path(part) for part in env["KUBECONFIG"].split(os.pathsep) if part], context)
    if env.get("KUBERNETES_SERVICE_HOST"):
        return in_cluster(env=env)
    home = Path(env.get("HOME") or Path.home()) / ".kube" / "config"
    if home.is_file():
        return _from_files([home], context)
    raise CredentialsError(f"no API server: set KUBECONFIG, or write {home}, or run in a pod with a ServiceAccount")


def _from_files(files: list[Path], context: str | None) -> Credentials:
    # Imported here: in a pod neither YAML nor exec plugins are ever needed.
    from referee.runtime.kubeconfig import from_kubeconfig  # noqa: PLC0415

    return from_kubeconfig(files, context)
