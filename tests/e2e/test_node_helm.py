"""helm installs a chart on the node and waits until what is in it runs."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.testbed.binaries import NODE, find_or_build
from tests.testbed.cluster import Cluster
from tests.testbed.workloads import python_pod

pytestmark = pytest.mark.node


def test_helm_installs_a_chart(cluster: Cluster, namespace: str, image: str, tmp_path: Path) -> None:
    labels = {"app": "waiter"}
    spec = {**python_pod(image, "import signal; signal.pause()"), "restartPolicy": "Always"}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "waiter"},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}},
    }
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: waiter\nversion: 0.0.1\n")
    (tmp_path / "templates" / "deployment.yaml").write_text(json.dumps(deployment))

    helm: list[str | Path] = [find_or_build(NODE)["helm"], "--kubeconfig", cluster.kubeconfig, "--namespace", namespace]
    homes = {f"HELM_{kind}_HOME": str(tmp_path / kind) for kind in ("CACHE", "CONFIG", "DATA")}
    install: list[str | Path] = [*helm, "install", "waiter", tmp_path, "--wait", "--timeout", "60s"]
    subprocess.run(install, env={**os.environ, **homes}, check=True, capture_output=True)

    found = cluster.api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/waiter")
    assert found["status"]["availableReplicas"] == 1
