"""The process that owns a testbed: it starts everything, waits, and takes everything away.

One lifecycle serves the tests and `make up`. A test run gives its own pid as the owner, and the holder ends when that
process is gone, however it went, so nothing has to be torn down by the run itself and several pytest workers can share
one testbed; `up` gives none, and the holder stays until it is told to end. Should the holder be killed itself, its
children die with it (see processes), and its directory is removed by the next start.

Rejected: starting the cluster inside pytest. A killed pytest leaves the directories, each xdist worker needs a cluster
of its own, and `up` would need a second way.
"""

import importlib
import json
import os
import select
import shutil
import signal
import sys
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import FrameType

import httpx

from tests.testbed.binaries import find_or_build
from tests.testbed.cache import locked
from tests.testbed.cluster import ROOT, Cluster
from tests.testbed.levels import LEVELS
from tests.testbed.processes import Children, Identity, ProgramEndedError, remove_leftovers, tail
from tests.testbed.programs import Installed
from tests.testbed.waiting import wait_for

HOLDER, READY, INSTALLED, LOG = "holder", "cluster.json", "installed.json", "holder.log"
GRACE = 30.0
START_OF_A_PROGRAM = 60.0
CHECK_EVERY = 1000
"""Milliseconds between looks at the children; the owner's end is seen at once."""


@dataclass(frozen=True)
class Order:
    """What to hold."""

    directory: Path
    """Filled by the holder, and gone when it ends."""
    level: str
    owner: int | None = None
    """The process with which everything ends; None: only when told."""
    install: str | None = None
    """`package.module:function`, which takes the Cluster, puts Referee on it and returns what it Installed."""


class ToldToEnd(BaseException):
    """A signal asks the holder to take everything away; nobody may catch it on the way."""


def ensure(order: Order) -> Cluster:
    """The cluster of this directory, started unless it is there already."""
    level = LEVELS[order.level]
    find_or_build(level.programs)  # here, where a build's output is seen
    siblings = order.directory.parent
    siblings.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(siblings / ".lock"):
        remove_leftovers(siblings.iterdir(), HOLDER)
        if not is_held(order.directory):
            _spawn(order)
        return _wait_until_ready(order.directory, level.seconds)


def running(directory: Path) -> Cluster | None:
    """The cluster that is held in a directory and ready."""
    if not is_held(directory) or not (directory / READY).exists():
        return None
    return Cluster.load(directory / READY)


def is_held(directory: Path) -> bool:
    """Whether a holder works in a directory, ready or not."""
    return Identity.read(directory / HOLDER) is not None


def installed(directory: Path) -> Installed:
    """Referee on the cluster that is held in a directory, if the order was to install it."""
    return Installed(**json.loads((directory / INSTALLED).read_text()))


def end(directory: Path) -> bool:
    """End what is held in a directory; whether there was anything."""
    holder = Identity.read(directory / HOLDER)
    if holder is not None:
        holder.end(GRACE)
    remove_leftovers([directory], HOLDER)
    return holder is not None


def hold(order: Order) -> None:
    """Be the holder: returns when the owner is gone, and raises ToldToEnd when a signal says so."""
    signal.signal(signal.SIGTERM, _exit_once)
    owner = os.pidfd_open(order.owner) if order.owner is not None else None
    children = Children(order.directory / "logs")
    with ExitStack() as stack:
        stack.callback(children.stop)
        cluster = stack.enter_context(LEVELS[order.level].open(order.directory, children))
        if order.install is not None:
            _install(order.install, cluster, order.directory, children)
        cluster.save(order.directory / READY)
        ended = select.poll()
        if owner is not None:
            ended.register(owner, select.POLLIN)
        while not ended.poll(CHECK_EVERY):
            children.check()


def _spawn(order: Order) -> None:
    """Start the holder in a session of its own, so that no Ctrl-C for the starter ends it halfway."""
    shutil.rmtree(order.directory, ignore_errors=True)  # of a start that was cut off before it noted a holder
    order.directory.mkdir(mode=0o700)
    writing = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "tests.testbed.holder", json.dumps(asdict(order), default=str)],
        {**os.environ, "PYTHONPATH": str(ROOT)},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(order.directory / LOG), writing, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    if (holder := Identity.of(pid)) is not None:
        holder.write(order.directory / HOLDER)


def _wait_until_ready(directory: Path, seconds: float) -> Cluster:
    def look() -> Cluster | None:
        if not is_held(directory):
            raise ProgramEndedError(f"the testbed did not start; {directory / LOG} ends:\n{tail(directory / LOG)}")
        return running(directory)

    return wait_for(look, f"the testbed in {directory} to be ready", seconds)


def _install(name: str, cluster: Cluster, directory: Path, children: Children) -> None:
    module, _, function = name.partition(":")
    made: Installed = getattr(importlib.import_module(module), function)(cluster)
    for program in made.programs:
        children.start(program)
    for program in made.programs:
        if program.ready:
            wait_for(partial(_answers, program.ready), f"{program.name} to be ready", START_OF_A_PROGRAM)
    (directory / INSTALLED).write_text(json.dumps({"url": made.url, "token": made.token}))


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _exit_once(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise ToldToEnd


def main(order: str) -> None:
    """Hold what the starter ordered. The directory goes at a clean end; after a failure its logs say why."""
    given = json.loads(order)
    directory = Path(given.pop("directory"))
    with suppress(ToldToEnd):
        hold(Order(directory, **given))
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
