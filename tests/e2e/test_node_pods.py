"""Pods of the image builder's images really run on the node, as PodSecurity `restricted` wants them."""

import re

import pytest

from tests.testbed.api_client import RefusedError
from tests.testbed.cluster import Cluster
from tests.testbed.workloads import RESTRICTED, job, pod, python_pod

pytestmark = pytest.mark.node


@pytest.fixture
def restricted(cluster: Cluster, namespace: str) -> str:
    cluster.api.patch(f"/api/v1/namespaces/{namespace}", {"metadata": {"labels": RESTRICTED}})
    return namespace


def test_a_job_of_one_python_pod_completes(cluster: Cluster, restricted: str, image: str) -> None:
    script = "import os, ssl, sys, referee; print(os.getuid(), sys.prefix, referee.__name__)"
    jobs = f"/apis/batch/v1/namespaces/{restricted}/jobs"

    cluster.api.post(jobs, job("hello", python_pod(image, script)))

    cluster.api.wait(f"{jobs}/hello", lambda found: found["status"].get("succeeded"), seconds=60)
    assert cluster.kubectl("logs", "-n", restricted, "job/hello").split() == ["65532", "/app", "referee"]


def test_a_pod_laxer_than_restricted_is_refused(cluster: Cluster, restricted: str, image: str) -> None:
    lax = python_pod(image, "pass")
    lax["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True

    with pytest.raises(RefusedError, match="allowPrivilegeEscalation"):
        cluster.api.post(f"/api/v1/namespaces/{restricted}/pods", pod("lax", lax))


def test_a_pod_over_its_memory_limit_ends_with_137(cluster: Cluster, restricted: str, image: str) -> None:
    pods = f"/api/v1/namespaces/{restricted}/pods"

    cluster.api.post(pods, pod("hungry", python_pod(image, "print(len(bytearray(200 << 20)))", memory="48Mi")))

    ended = cluster.api.wait(f"{pods}/hungry", lambda found: found["status"]["phase"] == "Failed", seconds=60)
    assert ended["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 137


def test_a_pod_says_which_image_it_ran_by_its_digest(cluster: Cluster, restricted: str, image: str) -> None:
    pods = f"/api/v1/namespaces/{restricted}/pods"

    cluster.api.post(pods, pod("which", python_pod(image, "pass")))

    ended = cluster.api.wait(f"{pods}/which", lambda found: found["status"]["phase"] == "Succeeded", seconds=60)
    assert re.fullmatch(r".+/referee@sha256:[0-9a-f]{64}", ended["status"]["containerStatuses"][0]["imageID"])
