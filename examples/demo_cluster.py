"""`make demo-cluster`: the demo's manifest on a Kubernetes - KUBECONFIG's, else the testbed's node on this machine.

Everything is done with kubectl, as a user would. The model runs outside, beside the cluster; a Service without a
selector gives it the name that the manifest calls. A cluster that was up stays up; one that was started here goes.
"""

import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

from examples.data import openbookqa
from examples.demo import BUILD, MANIFEST, model
from tests.testbed import __main__ as testbed
from tests.testbed.cluster import Cluster
from tests.testbed.holder import is_held, running
from tests.testbed.node import Node

NAME, PORT = "smollm2-openbookqa", 8899
PATIENCE = 900.0
MODEL_HOST = "REFEREE_MODEL_HOST"


def main() -> None:
    """Run the demo."""
    directory = testbed.PLACE / "node"
    was_up = is_held(directory)
    testbed.bring_up("node")
    cluster = running(directory)
    if cluster is None:
        raise SystemExit("the cluster went away as soon as it was up: see build/testbed/node/logs")
    try:
        _demonstrate(cluster)
    finally:
        if not was_up:
            testbed.take_down()


def _demonstrate(cluster: Cluster) -> None:
    host = _address_of_this_machine(cluster)
    with model(host, PORT):
        manifests = [_model_service(host), openbookqa.write(BUILD), MANIFEST]
        _kubectl(cluster, "delete", "evaluationjob", NAME, "--ignore-not-found", quiet=True)
        for manifest in manifests:
            _kubectl(cluster, "apply", "-f", str(manifest))
        _follow(cluster)
    _kubectl(cluster, "get", "evaluationjobs")
    _kubectl(cluster, "get", "evaluationjob", NAME, "-o", 'jsonpath={.status.verdict}{"\\n"}')
    _kubectl(cluster, "get", "events", "--field-selector", f"involvedObject.name={NAME}")


def _address_of_this_machine(cluster: Cluster) -> str:
    """Where pods reach a server of this machine."""
    if (node := Node.of(cluster)) is not None:
        return node.host_address
    if host := os.environ.get(MODEL_HOST):
        return host
    raise SystemExit(
        f"the model runs on this machine, and only you know how the pods of your cluster reach it: set {MODEL_HOST} to"
        " this machine's address, or unset KUBECONFIG to use a cluster that is started here"
    )


def _model_service(host: str) -> Path:
    """The model under the name that the manifest calls: a Service with a hand-made endpoint."""
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "smollm2", "namespace": "default"},
        "spec": {"ports": [{"name": "http", "port": PORT}]},
    }
    endpoints = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": "smollm2-1",
            "namespace": "default",
            "labels": {"kubernetes.io/service-name": "smollm2"},
        },
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": PORT}],
        "endpoints": [{"addresses": [host], "conditions": {"ready": True}}],
    }
    path = BUILD / "model-service.yaml"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [service, endpoints]}))
    return path


def _follow(cluster: Cluster) -> None:
    """Print a row each time it changes, until the job is finished."""
    path = f"/apis/referee.dev/v1alpha1/namespaces/default/evaluationjobs/{NAME}"
    started, last = time.monotonic(), ""
    while time.monotonic() - started < PATIENCE:
        status = cluster.api.get(path)["status"]
        progress = status.get("progress", {})
        row = f"{status.get('phase', 'Pending')}  {progress.get('percent', 0)} %"
        if row != last:
            print(f"{time.monotonic() - started:6.1f} s  {row}", flush=True)
            last = row
        if status.get("completionTime"):
            return
        time.sleep(0.5)
    raise SystemExit(f"{NAME} is after {PATIENCE:g} s still not finished: kubectl describe evaluationjob {NAME}")


def _kubectl(cluster: Cluster, *arguments: str, quiet: bool = False) -> None:
    if not quiet:
        print(f"\n$ kubectl {shlex.join(arguments)}", flush=True)
    try:
        sys.stdout.write(cluster.kubectl("-n", "default", *arguments))
    except subprocess.CalledProcessError as error:
        raise SystemExit(error.stderr) from None


if __name__ == "__main__":
    main()
