"""`referee adapter check --image` on a machine with a container engine: here the node's containerd."""

import json
import subprocess
import sys
from pathlib import Path

from tests.testbed.cluster import ROOT, Cluster
from tests.testbed.images import EVALHUB
from tests.testbed.node import Node, provide_image

BEHAVING = Path(__file__).with_name("adapters_of_others") / "behaving.py"


def test_an_image_is_checked_in_containers_like_a_pods(node: Node, cluster: Cluster) -> None:
    image = provide_image(cluster, EVALHUB)
    program = (
        sys.executable,
        "-c",
        "from referee.cli.main import main; main()",
        "adapter",
        "check",
        "--engine",
        "ctr",
        "--image",
        image,
        "-o",
        "json",
    )
    inside = node.namespaces.inside("env", f"PYTHONPATH={ROOT}", *program, "--", "python", "-c", BEHAVING.read_text())
    done = subprocess.run(inside, capture_output=True, text=True, check=False, timeout=300)

    report = json.loads(done.stdout or "{}")
    kept = {f["rule"] for f in report.get("findings", ()) if f["outcome"] == "Kept"}
    # this one prints what it finds around it, the key among it
    assert report.get("broken") == ["keeps-secrets"], done.stdout + done.stderr
    assert {"posts-its-result", "reports-numbers", "ends-where-it-is-refused"} <= kept, done.stdout + done.stderr
    assert done.returncode == 1
