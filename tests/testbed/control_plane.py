"""etcd, API server and controller manager as processes, on loopback or wherever the settings say.

Nothing is kept: etcd does not sync, its data lie in the given directory, and at the end everything is killed. etcd
listens on a Unix socket, so only the API server needs a port. The controller manager starts when the API server is
ready: started with it, it takes CPU from it and then waits in back-off, which makes both later. Its default limits (20
requests/s, 5 Jobs at a time) are lifted, or they are what a benchmark of 200 Jobs measures.

Everybody is a static token: files of a few lines, where client certificates are a file pair each.
"""

import secrets
import socket
import ssl
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.testbed.binaries import Programs
from tests.testbed.kubeconfig import write_kubeconfig
from tests.testbed.pki import Keys
from tests.testbed.processes import Children, Program
from tests.testbed.waiting import wait_for

ADMIN = "admin"
ISSUER = "https://kubernetes.default.svc.cluster.local"
SOCKET_PATH_LIMIT = 108
PORTS = range(20000, 32000)
"""Below Linux' ephemeral ports: a connection going out cannot take one between the look and the server's start."""

CONTROLLERS_UNTHROTTLED = (
    "--kube-api-qps=2000",
    "--kube-api-burst=4000",
    "--concurrent-job-syncs=50",
    "--concurrent-gc-syncs=40",
    "--concurrent-namespace-syncs=20",
    "--concurrent-serviceaccount-token-syncs=10",
)


@dataclass(frozen=True)
class Settings:
    """What differs between one control plane and another."""

    address: str = "127.0.0.1"
    """Where the API server listens and is reached, from here and from its clients."""
    port: int = 0
    """0: any that is free here; must be given where the server does not share this machine's addresses."""
    prefix: tuple[str | Path, ...] = ()
    """Put before each command, to run it elsewhere. Paths must mean the same there."""
    service_cidr: str = "10.96.0.0/16"
    apiserver: tuple[str, ...] = ()
    """Further flags of kube-apiserver."""
    controller_manager: tuple[str, ...] = ()
    scheduler: bool = False
    proxy: tuple[str, ...] | None = None
    """Flags of kube-proxy; None: without."""
    users: Mapping[str, tuple[str, Sequence[str]]] = field(default_factory=dict)
    """Further users with a token and a kubeconfig: by a short name, the user name and its groups."""


class ControlPlane:
    """One Kubernetes API, from `start` until its children are stopped."""

    def __init__(self, settings: Settings, programs: Programs, children: Children, directory: Path) -> None:
        self.settings = settings
        self._programs = programs
        self._children = children
        self._directory = directory
        self._port = settings.port or free_port(settings.address)
        self._tokens = {name: secrets.token_hex(16) for name in self._users()}

    @property
    def server(self) -> str:
        """Where the API is."""
        return f"https://{self.settings.address}:{self._port}"

    @property
    def authority(self) -> Path:
        """The certificate that vouches for the server's."""
        return self._directory / "pki" / "ca.crt"

    def token(self, user: str = ADMIN) -> str:
        """The bearer token of a user, by the short name."""
        return self._tokens[user]

    def kubeconfig(self, user: str = ADMIN) -> Path:
        """The file with which a user, by the short name, reaches the API."""
        return self._directory / f"{user}.kubeconfig"

    def start(self, seconds: float = 60.0) -> None:
        """Start everything; returns when the API answers and Pods can be made in the default namespace."""
        keys = Keys.make(self._directory / "pki", sorted({self.settings.address, "127.0.0.1", self._first_service()}))
        users = self._users()
        tokens = "".join(f'{self.token(n)},{user},{n},"{",".join(groups)}"\n' for n, (user, groups) in users.items())
        (self._directory / "tokens.csv").write_text(tokens)
        for name in users:
            write_kubeconfig(self.kubeconfig(name), self.server, keys.authority, self.token(name))
        self._run("etcd", *self._etcd())
        self._run("kube-apiserver", *self._apiserver(keys))
        wait_for(lambda: self._answers("/readyz"), f"{self.server}/readyz to say ok", seconds)
        self._run("kube-controller-manager", *self._controller_manager(keys))
        if self.settings.scheduler:
            self._run("kube-scheduler", *self._client_flags("scheduler"), "--authentication-skip-lookup")
        if self.settings.proxy is not None:
            self._run("kube-proxy", f"--kubeconfig={self.kubeconfig('proxy')}", *self.settings.proxy)
        account = "/api/v1/namespaces/default/serviceaccounts/default"
        wait_for(lambda: self._answers(account), "the ServiceAccount default: is kube-controller-manager up?", seconds)

    def _run(self, name: str, *flags: str) -> None:
        self._children.start(Program(name, [*self.settings.prefix, self._programs[name], *flags]))

    def _users(self) -> dict[str, tuple[str, Sequence[str]]]:
        users: dict[str, tuple[str, Sequence[str]]] = {
            ADMIN: ("admin", ["system:masters"]),
            "controller-manager": ("system:kube-controller-manager", []),
        }
        if self.settings.scheduler:
            users["scheduler"] = ("system:kube-scheduler", [])
        if self.settings.proxy is not None:
            users["proxy"] = ("system:kube-proxy", [])
        return {**users, **self.settings.users}

    def _etcd(self) -> list[str]:
        return [
            f"--data-dir={self._directory / 'etcd'}",
            "--unsafe-no-fsync",
            f"--listen-client-urls=unix://{self._etcd_socket()}",
            "--advertise-client-urls=http://127.0.0.1:2379",  # must be there and is read by nobody
            "--listen-peer-urls=http://127.0.0.1:0",
            "--log-level=warn",
        ]

    def _etcd_socket(self) -> Path:
        """In the directory, unless that makes the path longer than the kernel takes."""
        path = self._directory / "etcd.sock"
        return path if len(str(path)) < SOCKET_PATH_LIMIT else Path(tempfile.gettempdir()) / f"etcd-{self._port}.sock"

    def _apiserver(self, keys: Keys) -> list[str]:
        alone = self.settings.address.startswith("127.")
        return [
            f"--etcd-servers=unix://{self._etcd_socket()}",
            f"--bind-address={self.settings.address}",
            f"--secure-port={self._port}",
            f"--tls-cert-file={keys.certificate}",
            f"--tls-private-key-file={keys.key}",
            f"--token-auth-file={self._directory / 'tokens.csv'}",
            "--authorization-mode=Node,RBAC",
            f"--service-account-issuer={ISSUER}",
            f"--service-account-signing-key-file={keys.token_key}",
            f"--service-account-key-file={keys.token_key}",
            f"--service-cluster-ip-range={self.settings.service_cidr}",
            # Endpoints of the Service `kubernetes` may not be on loopback: without this, an error every ten seconds.
            *(["--endpoint-reconciler-type=none"] if alone else [f"--advertise-address={self.settings.address}"]),
            "--allow-privileged=true",
            *self.settings.apiserver,
        ]

    def _controller_manager(self, keys: Keys) -> list[str]:
        return [
            *self._client_flags("controller-manager"),
            f"--service-account-private-key-file={keys.token_key}",
            f"--root-ca-file={keys.authority}",
            "--use-service-account-credentials=true",
            "--authentication-skip-lookup",
            *CONTROLLERS_UNTHROTTLED,
            *self.settings.controller_manager,
        ]

    def _client_flags(self, user: str) -> list[str]:
        return [f"--kubeconfig={self.kubeconfig(user)}", "--leader-elect=false", "--secure-port=0"]

    def _first_service(self) -> str:
        return f"{self.settings.service_cidr.rsplit('.', 1)[0]}.1"

    def _answers(self, path: str) -> bool:
        """Whether a GET succeeds; raises if one of the programs has ended meanwhile."""
        self._children.check()
        tls = ssl.create_default_context(cafile=str(self.authority))
        headers = {"Authorization": f"Bearer {self.token()}"}
        try:
            return httpx.get(self.server + path, headers=headers, verify=tls, timeout=5, trust_env=False).is_success
        except httpx.TransportError:
            return False


def free_port(address: str) -> int:
    """A port on which nobody listens, and which no connection going out will get."""
    for _ in range(100):
        port = secrets.choice(PORTS)
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind((address, port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port at {address} between {PORTS.start} and {PORTS.stop}")
