"""The testbed of one test run: started by whoever needs it first, shared by its workers, gone with the run.

The run is pytest's own process, which with xdist is the parent of its workers. They share one API server: two would
take 1.1 GiB and the five seconds of CPU twice, and tests keep apart by namespaces anyway.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.testbed.cluster import Cluster
from tests.testbed.holder import Order, ensure
from tests.testbed.postgresql import Postgresql, postgresql_server


def cluster_of_this_run(level: str, install: str | None = None) -> Cluster:
    """KUBECONFIG's cluster, else the testbed at this level; with Referee on it if the order says how."""
    run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    place = Path(tempfile.gettempdir()) / f"referee-testbed-{os.getuid()}"
    given = bool(os.environ.get("KUBECONFIG"))
    return ensure(Order(place / f"{level}-{run}", "given" if given else level, owner=run, install=install))


@contextmanager
def postgresql_of_this_run() -> Iterator[Postgresql]:
    """A server; where none can be had a developer's run skips, and in CI, where nobody reads why, it fails."""
    with ExitStack() as ended:
        try:
            server = ended.enter_context(postgresql_server())
        except FileNotFoundError as reason:
            if os.environ.get("CI"):
                raise
            pytest.skip(str(reason))
        yield server
