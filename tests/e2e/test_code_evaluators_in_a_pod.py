"""Users' code in the image as it is shipped, in a pod as the operator makes it: PodSecurity `restricted`, the token
beside it, no NetworkPolicy.

The node has no AppArmor and enforces no NetworkPolicy: what holds here is held by the sandbox alone.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.testbed.api_client import Json
from tests.testbed.cluster import Cluster
from tests.testbed.environments import APP
from tests.testbed.images import EVALUATORS
from tests.testbed.node import provide_image
from tests.testbed.workloads import RESTRICTED, pod, python_pod
from tests.unit.evaluators.sandbox import hostile
from tests.unit.evaluators.sandbox.contained import ATTACKS, violations

pytestmark = pytest.mark.node

TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount"
ATTACK = "/attack"


@pytest.fixture(scope="module")
def report(cluster: Cluster) -> Json:
    """What the pod says of the battery; the secret is its own token."""
    image = provide_image(cluster, EVALUATORS)
    with cluster.namespace() as namespace:
        cluster.api.patch(f"/api/v1/namespaces/{namespace}", {"metadata": {"labels": RESTRICTED}})
        data = {"hostile.py": Path(hostile.__file__).read_text(), "attacks.json": json.dumps(ATTACKS)}
        cluster.api.post(f"/api/v1/namespaces/{namespace}/configmaps", {"metadata": {"name": "attack"}, "data": data})
        pods = f"/api/v1/namespaces/{namespace}/pods"
        cluster.api.post(pods, pod("attacked", _spec(image)))
        ended = cluster.api.wait(
            f"{pods}/attacked", lambda found: found["status"]["phase"] in ("Succeeded", "Failed"), seconds=240
        )
        said = cluster.kubectl("logs", "-n", namespace, "attacked")
        assert ended["status"]["phase"] == "Succeeded", said
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
        return found


def test_no_attack_in_a_restricted_pod_does_more_than_spoil_its_own_sample(report: Json) -> None:
    assert report["uid"] == 65532
    assert report["secret"].count(".") == 2, "the token is there, and the adapter itself can read it"
    assert violations(report, report["secret"]) == []


def _spec(image: str) -> Json:
    spec = python_pod(image, "", memory="1Gi")
    container = spec["containers"][0]
    container["command"] = [f"{APP}/bin/python", f"{ATTACK}/hostile.py", f"{TOKEN}/token", f"{ATTACK}/attacks.json"]
    container["resources"] = {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"cpu": "2", "memory": "2Gi"}}
    container["volumeMounts"] = [
        {"name": "token", "mountPath": TOKEN, "readOnly": True},
        {"name": "attack", "mountPath": ATTACK, "readOnly": True},
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - in the pod
        {"name": "data", "mountPath": "/data"},
    ]
    token = {"serviceAccountToken": {"audience": "referee-adapter", "path": "token", "expirationSeconds": 3600}}
    spec["volumes"] = [
        {"name": "token", "projected": {"sources": [token]}},
        {"name": "attack", "configMap": {"name": "attack"}},
        {"name": "tmp", "emptyDir": {}},
        {"name": "data", "emptyDir": {}},
    ]
    spec["securityContext"] |= {"runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532}
    return spec
