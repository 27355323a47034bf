"""The testbed of one test run: started by whoever needs it first, shared by its workers, gone with the run.

The run is pytest's own process, which with xdist is the parent of its workers. They share one API server: two would
take 1.1 GiB and the five seconds of CPU twice, and tests keep apart by namespaces anyway.
"""

import os
import tempfile
from pathlib import Path

from tests.testbed.cluster import Cluster
from tests.testbed.holder import Order, ensure


def cluster_of_this_run(level: str, install: str | None = None) -> Cluster:
    """KUBECONFIG's cluster, else the testbed at this level; with Referee on it if the order says how."""
    run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    place = Path(tempfile.gettempdir()) / f"referee-testbed-{os.getuid()}"
    given = bool(os.environ.get("KUBECONFIG"))
    return ensure(Order(place / f"{level}-{run}", "given" if given else level, owner=run, install=install))
