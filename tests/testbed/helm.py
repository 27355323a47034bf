"""Runs the testbed's helm against a cluster, leaving nothing of it in the user's home."""

import os
import subprocess
import tempfile

from tests.testbed.binaries import NODE, find_or_build
from tests.testbed.cluster import Cluster


def helm(cluster: Cluster, *arguments: str) -> str:
    """What helm prints; CalledProcessError, with what it complained of, if it fails."""
    with tempfile.TemporaryDirectory() as directory:
        homes = {f"HELM_{kind}_HOME": directory for kind in ("CACHE", "CONFIG", "DATA")}
        environment = {**os.environ, **homes, "KUBECACHEDIR": directory, "KUBECONFIG": str(cluster.kubeconfig)}
        command = [str(find_or_build(NODE)["helm"]), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        error = subprocess.CalledProcessError(done.returncode, ["helm", *arguments], done.stdout, done.stderr)
        error.add_note(done.stderr)
        raise error
    return done.stdout
