"""`make bench`: everything that is measured, in one run against one API server; a table, and build/bench.json.

    python -m tests.bench [--quick] [ROW ...]     without a ROW: all of them, as `--help` lists them

--quick takes small numbers, to try the bench itself; its figures mean little.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.bench.burst import burst
from tests.bench.calls import calls
from tests.bench.crowd import crowd
from tests.bench.latency import latency
from tests.bench.model.evaluations import evaluations
from tests.bench.pod import pod
from tests.bench.polling import polling
from tests.bench.posting import posting
from tests.bench.rows import Row
from tests.bench.sizes import sizes
from tests.bench.store import store
from tests.bench.submit import submit
from tests.bench.table import Machine, load, show
from tests.bench.throughput import throughput
from tests.testbed.cluster import ROOT, Cluster
from tests.testbed.session import cluster_of_this_run

REPORT = ROOT / "build" / "bench.json"

Measurement = Callable[[Cluster, Path, bool], Awaitable[list[Row]]]
"""Takes the API server, a directory for files, and whether small numbers will do."""

MEASUREMENTS: dict[str, Measurement] = {
    "throughput": lambda cluster, directory, quick: throughput(
        cluster, directory, jobs=60 if quick else 300, rounds=1 if quick else 3
    ),
    "latency": lambda cluster, directory, quick: latency(
        cluster, directory, blocks=1 if quick else 4, seconds=5 if quick else 10
    ),
    "calls": lambda cluster, directory, quick: calls(cluster, directory, jobs=5 if quick else 20),
    "submit": lambda cluster, directory, quick: submit(
        cluster, directory, jobs=40 if quick else 500, rounds=1 if quick else 5
    ),
    "burst": lambda cluster, directory, quick: burst(cluster, directory, rounds=1 if quick else 5),
    "polling": lambda cluster, directory, quick: polling(
        cluster, directory, gets=200 if quick else 20_000, lists=50 if quick else 5_000, rounds=1 if quick else 5
    ),
    "posting": lambda cluster, directory, quick: posting(
        cluster, directory, progress=100 if quick else 5_000, results=5 if quick else 100, rounds=1 if quick else 3
    ),
    "store": lambda _, directory, quick: store(directory, samples=2_000 if quick else 50_000, rounds=1 if quick else 3),
    "evaluations": lambda _, directory, quick: evaluations(
        directory,
        samples=200 if quick else 1_000,
        many=5_000 if quick else 1_000_000,
        rounds=1 if quick else 3,
    ),
    "sizes": lambda cluster, directory, quick: sizes(
        cluster,
        directory,
        few=100 if quick else 1_000,
        many=400 if quick else 12_000,
        batch=20 if quick else 100,
        rounds=1 if quick else 3,
    ),
    "crowd": lambda cluster, directory, quick: crowd(
        cluster, directory, jobs=100 if quick else 10_000, asked=50 if quick else 2_000, whole=3 if quick else 30
    ),
    "pod": lambda _cluster, _directory, quick: pod(rounds=2 if quick else 5),
}
"""By name, in the order in which they run: what leaves many objects behind comes late, and the node last, since it
takes memory and CPU of its own."""


async def measure(chosen: list[str], *, quick: bool) -> None:
    """Run them one after another."""
    if os.environ.pop("KUBECONFIG", None):
        print("KUBECONFIG is left alone: what is measured needs a control plane without a scheduler", file=sys.stderr)
    start = load()
    cluster = await asyncio.to_thread(cluster_of_this_run, "api")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as directory:
        for name in chosen or MEASUREMENTS:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            rows += await MEASUREMENTS[name](cluster, Path(directory), quick)
    cluster.api.close()
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps([row.document() for row in rows], indent=2) + "\n")
    show(rows, Machine((start, load())))
    print(REPORT.relative_to(ROOT), file=sys.stderr)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Speed and size.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"{' '.join(MEASUREMENTS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="small numbers, to try the bench itself")
    options = parser.parse_args()
    if unknown := set(options.rows) - set(MEASUREMENTS):
        parser.error(f"no such ROW: {' '.join(sorted(unknown))}; there are {' '.join(MEASUREMENTS)}")
    asyncio.run(measure(options.rows, quick=options.quick))


if __name__ == "__main__":
    main()
