"""helm installs a chart on the node and waits until what is in it runs."""

import json
from pathlib import Path

import pytest

from tests.testbed.cluster import Cluster
from tests.testbed.helm import helm
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

    helm(cluster, "install", "waiter", str(tmp_path), "--namespace", namespace, "--wait", "--timeout", "60s")

    found = cluster.api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/waiter")
    assert found["status"]["availableReplicas"] == 1
