"""Pods, Services and this machine's servers reach each other, and names lead to Services."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from tests.testbed.api_client import Json
from tests.testbed.cluster import Cluster
from tests.testbed.node import Node
from tests.testbed.waiting import wait_for
from tests.testbed.workloads import pod, python_pod, service

pytestmark = pytest.mark.node

PORT = 8080
SERVER = f"""
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
ThreadingHTTPServer(("", {PORT}), SimpleHTTPRequestHandler).serve_forever()
"""
WHO_ANSWERS = "/etc/hostname"
"""What such a server answers with its pod's name."""


@pytest.fixture
def web(cluster: Cluster, namespace: str, image: str) -> Json:
    """A pod that serves its file system, behind a Service of the same name."""
    spec = python_pod(image, SERVER)
    probe = {"httpGet": {"path": WHO_ANSWERS, "port": PORT}, "periodSeconds": 1}
    spec["containers"][0]["readinessProbe"] = probe
    cluster.api.post(f"/api/v1/namespaces/{namespace}/services", service("web", PORT))
    cluster.api.post(f"/api/v1/namespaces/{namespace}/pods", pod("web", spec))
    return cluster.api.wait(f"/api/v1/namespaces/{namespace}/pods/web", _is_ready, seconds=60)


@pytest.fixture
def here(node: Node) -> Iterator[str]:
    """The URL of a server on this machine, for pods."""
    with HTTPServer((node.host_address, 0), Here) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://{node.host_address}:{server.server_port}/"
        server.shutdown()
        thread.join()


class Here(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"this machine")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_this_machine_reaches_a_pod(web: Json) -> None:
    assert httpx.get(f"http://{web['status']['podIP']}:{PORT}{WHO_ANSWERS}").text.strip() == "web"


def test_this_machine_reaches_a_service(cluster: Cluster, namespace: str, web: Json) -> None:
    found = cluster.api.get(f"/api/v1/namespaces/{namespace}/services/web")

    def answer() -> str | None:
        try:
            return httpx.get(f"http://{found['spec']['clusterIP']}{WHO_ANSWERS}", timeout=1).text
        except httpx.TransportError:  # kube-proxy has not seen the pod yet
            return None

    assert wait_for(answer, "the Service to answer", seconds=20).strip() == web["metadata"]["name"]


@pytest.mark.usefixtures("web")
def test_a_pod_reaches_a_service_by_its_name(cluster: Cluster, namespace: str, image: str) -> None:
    url = f"http://web.{namespace}.svc.cluster.local{WHO_ANSWERS}"
    assert _fetched_by_a_pod(cluster, namespace, image, url) == "web"


def test_a_pod_reaches_a_server_of_this_machine(cluster: Cluster, namespace: str, image: str, here: str) -> None:
    assert _fetched_by_a_pod(cluster, namespace, image, here) == "this machine"


def _fetched_by_a_pod(cluster: Cluster, namespace: str, image: str, url: str) -> str:
    script = f"""
import time, urllib.request
for attempt in range(100):
    try:
        print(urllib.request.urlopen({url!r}, timeout=1).read().decode().strip())
        break
    except OSError:
        time.sleep(0.1)
else:
    raise SystemExit("nobody answers")
"""
    pods = f"/api/v1/namespaces/{namespace}/pods"
    cluster.api.post(pods, pod("client", python_pod(image, script)))
    ended = cluster.api.wait(f"{pods}/client", lambda found: _phase(found) in {"Succeeded", "Failed"}, seconds=60)
    said = cluster.kubectl("logs", "-n", namespace, "client")
    assert _phase(ended) == "Succeeded", said
    return said.strip()


def _phase(found: Json) -> str:
    return str(found["status"]["phase"])


def _is_ready(found: Json) -> bool:
    conditions = found["status"].get("conditions", [])
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
