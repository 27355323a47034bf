"""`python -m tests.testbed build | up | down | status`: the testbed for people, in build/testbed/.

Every command may be repeated: what is there already is kept. A KUBECONFIG of another cluster is used instead of starting
one; one that an earlier `up` told to export is not, or a second `up` would take the testbed for somebody else's.
"""

import argparse
import os
import shlex
import sys
from pathlib import Path

from tests.testbed.binaries import CONTROL_PLANE, NODE, find_or_build
from tests.testbed.cluster import ROOT, Cluster
from tests.testbed.holder import Order, end, ensure, running
from tests.testbed.levels import LEVELS
from tests.testbed.programs import GATEWAY_URL_FILE

PLACE = ROOT / "build" / "testbed"
ENVIRONMENT = PLACE / "env"


def main(arguments: list[str]) -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m tests.testbed", description="a real Kubernetes for tests and demos")
    parser.add_argument("command", choices=("build", "up", "down", "status"))
    parser.add_argument("--level", choices=("api", "node"), default="node", help="for up and build: with pods, or not")
    given = parser.parse_args(arguments)
    {"build": _build, "up": _up, "down": lambda _: _down(), "status": lambda _: _status()}[given.command](given.level)
