"""`python -m tests.testbed build | up | down | status`: the testbed for people, in build/testbed/.

Every command may be repeated: what is there already is kept. A KUBECONFIG of another cluster is used instead of
starting one; the one that an earlier `up` told to export is not, or a second `up` would take the testbed for somebody
else's.
"""

import argparse
import os
import shlex
import sys
from pathlib import Path

from tests.testbed.binaries import find_or_build
from tests.testbed.cluster import ROOT, Cluster
from tests.testbed.holder import Order, end, ensure, installed, is_held, running
from tests.testbed.levels import LEVELS

PLACE = ROOT / "build" / "testbed"
ENVIRONMENT = PLACE / "env"
INSTALL = {"api": "tests.testbed.programs:as_processes", "node": "tests.testbed.charts:as_pods"}


def main(arguments: list[str]) -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.testbed", description="A real Kubernetes for tests and demos."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="compile the programs, unless they are there")
    up = commands.add_parser("up", help="start it with Referee on it, unless it runs")
    up.add_argument("--level", choices=tuple(INSTALL), default="node", help="with real pods (node), or the API alone")
    commands.add_parser("down", help="take it away")
    commands.add_parser("status", help="say what runs")
    given = parser.parse_args(arguments)
    match given.command:
        case "build":
            build()
        case "up":
            bring_up(given.level)
        case "down":
            take_down()
        case _:
            tell_status()


def build() -> None:
    """Find or make every program of every level."""
    names = sorted({name for level in LEVELS.values() for name in level.programs})
    programs = find_or_build(names)
    _say(f"the testbed's programs are in {programs['kube-apiserver'].parent}")


def bring_up(level: str) -> None:
    """Start a level with Referee, and tell how to reach it."""
    directory = PLACE / level
    for other in _held():
        if other != directory:
            raise SystemExit(
                f"the testbed's level {other.name} is up; take it away first: python -m tests.testbed down"
            )
    given = "given" if _another_cluster() else level
    cluster = ensure(Order(directory, given, install=INSTALL[level]))
    text = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in _to_export(cluster, directory).items())
    ENVIRONMENT.touch(mode=0o600)
    ENVIRONMENT.write_text(text)
    _say(text.rstrip())
    _say(f"# the same: source {_shown(ENVIRONMENT)}; what the programs say: {_shown(directory / 'logs')}")
    _say(f"# a kubectl of the same version: {cluster.kubectl_program}")


def take_down() -> None:
    """End whatever an `up` started."""
    for directory in _held():
        end(directory)
        _say(f"the level {directory.name} is down")
    ENVIRONMENT.unlink(missing_ok=True)


def tell_status() -> None:
    """Say what is up; exit code 1 if nothing is."""
    held = _held()
    for directory in held:
        cluster = running(directory)
        _say(f"{directory.name}: {cluster.server if cluster else 'starting'}")
    if not held:
        raise SystemExit("nothing is up")


def _held() -> list[Path]:
    """The directories of the levels whose holder runs."""
    return [PLACE / level for level in INSTALL if is_held(PLACE / level)]


def _to_export(cluster: Cluster, directory: Path) -> dict[str, str]:
    referee = installed(directory)
    return {"KUBECONFIG": str(cluster.kubeconfig), "REFEREE_GATEWAY": referee.url, "REFEREE_TOKEN": referee.token}


def _another_cluster() -> bool:
    """Whether KUBECONFIG names a cluster that is not this testbed, which it does after its own `up`."""
    file = os.environ.get("KUBECONFIG")
    if file and Path(file).absolute().is_relative_to(PLACE):
        del os.environ["KUBECONFIG"]
    return "KUBECONFIG" in os.environ and bool(os.environ["KUBECONFIG"])


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what a command is for


def _shown(path: Path) -> Path:
    return path.relative_to(ROOT)


if __name__ == "__main__":
    main(sys.argv[1:])
