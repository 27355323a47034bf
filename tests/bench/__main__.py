"""`make bench`: everything that is measured, in one run against one API server; a table, and build/bench.json.

    python -m tests.bench [--quick] [ROW ...]     rows: throughput latency calls sizes pod

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

from tests.bench.calls import calls
from tests.bench.latency import latency
from tests.bench.pod import pod
from tests.bench.rows import Row
from tests.bench.sizes import sizes
from tests.bench.table import Machine, load, show
from tests.bench.throughput import throughput
from tests.testbed.cluster import ROOT, Cluster
from tests.testbed.session import cluster_of_this_run

REPORT = ROOT / "build" / "bench.json"

Measurement = Callable[[], Awaitable[list[Row]]]


def measurements(cluster: Cluster, directory: Path, *, quick: bool) -> dict[str, Measurement]:
    """By name, in the order in which they run: the node last, since it takes memory and CPU of its own."""
    return {
        "throughput": lambda: throughput(cluster, directory, jobs=60 if quick else 300, rounds=1 if quick else 3),
        "latency": lambda: latency(cluster, directory, blocks=1 if quick else 4, seconds=5 if quick else 10),
        "calls": lambda: calls(cluster, directory, jobs=5 if quick else 20),
        "sizes": lambda: sizes(
            cluster,
            directory,
            few=100 if quick else 1_000,
            many=400 if quick else 12_000,
            batch=20 if quick else 100,
            rounds=1 if quick else 3,
        ),
        "pod": lambda: pod(rounds=2 if quick else 5),
    }


async def measure(chosen: list[str], *, quick: bool) -> None:
    """Run them one after another."""
    if os.environ.pop("KUBECONFIG", None):
        print("KUBECONFIG is left alone: what is measured needs a control plane without a scheduler", file=sys.stderr)
    start = load()
    cluster = await asyncio.to_thread(cluster_of_this_run, "api")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as directory:
        known = measurements(cluster, Path(directory), quick=quick)
        for name in chosen or list(known):
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            rows += await known[name]()
    cluster.api.close()
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps([row.document() for row in rows], indent=2) + "\n")
    show(rows, Machine((start, load())))
    print(REPORT.relative_to(ROOT), file=sys.stderr)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Speed and size.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="throughput latency calls sizes pod; default: all")
    parser.add_argument("--quick", action="store_true", help="small numbers, to try the bench itself")
    options = parser.parse_args()
    asyncio.run(measure(options.rows, quick=options.quick))


if __name__ == "__main__":
    main()
