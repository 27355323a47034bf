"""Kubeconfigs of others than the administrator, made from the administrator's."""

import json
from pathlib import Path

import yaml

from tests.testbed.cluster import Cluster


def kubeconfig_for(cluster: Cluster, file: Path, token: str, namespace: str, server: str | None = None) -> Path:
    """How the token's owner reaches the API server, or what stands in front of it (`server`)."""
    content = yaml.safe_load(cluster.kubeconfig.read_text())
    current = next(c["context"] for c in content["contexts"] if c["name"] == content["current-context"])
    place = next(c["cluster"] for c in content["clusters"] if c["name"] == current["cluster"])
    place = {"server": server} if server else place
    file.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "c", "cluster": place}],
                "users": [{"name": "u", "user": {"token": token}}],
                "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": namespace}}],
                "current-context": "x",
            }
        )
    )
    return file
