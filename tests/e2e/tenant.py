"""A tenant: a namespace whose own administrator has installed Referee in it, with Roles and nothing of the cluster's.

Its operators take the jobs of one class only, since the tests' release for every namespace serves this one, too.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from tests.e2e.team import SOON, Team
from tests.testbed.api_client import Json
from tests.testbed.charts import CHARTS, TIMEOUT
from tests.testbed.cluster import RBAC, Cluster
from tests.testbed.helm import helm
from tests.testbed.waiting import wait_for

CLASS = "tenant"
RELEASE = "evals"


@dataclass(frozen=True)
class Tenant:
    """Who administers the namespace, and the namespace as its members see it."""

    administrator: Cluster
    team: Team

    def install(self, image: str, **settings: str) -> None:
        """Install the chart as the namespace's administrator; returns when everything in it is ready."""
        repository, _, tag = image.rpartition(":")
        usual = {
            "image.repository": repository,
            "image.tag": tag,
            "scope.className": CLASS,
            "operator.logFormat": "text",
            "gateway.logFormat": "text",
            "providers.lmEvaluationHarness.enabled": "false",
            # no volumes are made on demand here
            "gateway.store.sqlite.persistence.enabled": "false",
        }
        values = [part for name, value in (usual | settings).items() for part in ("--set", f"{name}={value}")]
        where = ("--namespace", self.team.namespace, "--wait", "--timeout", TIMEOUT)
        helm(self.administrator, "install", RELEASE, str(CHARTS / "referee"), *where, *values)

    def pods(self, component: str) -> list[Json]:
        """The pods of the operator or the gateway."""
        selector = f"app.kubernetes.io/instance={RELEASE},app.kubernetes.io/component={component}"
        found: list[Json] = self.administrator.api.get(self.team.pods_path(), labelSelector=selector)["items"]
        return found

    def scale(self, component: str, replicas: int) -> None:
        """Have so many pods of it; returns when they are ready, or gone."""
        deployment = f"/apis/apps/v1/namespaces/{self.team.namespace}/deployments/{RELEASE}-{component}"
        self.administrator.api.patch(f"{deployment}/scale", {"spec": {"replicas": replicas}})
        self.administrator.api.wait(deployment, lambda d: d["status"].get("readyReplicas", 0) == replicas, SOON)
        wait_for(lambda: len(self.pods(component)) == replicas, f"{replicas} pods of the {component}", SOON)

    def leader(self) -> str:
        """The name of the operator's pod that holds the Lease; empty while nobody does."""
        path = f"/apis/coordination.k8s.io/v1/namespaces/{self.team.namespace}/leases/{RELEASE}-operator"
        holder: str = self.administrator.api.get(path)["spec"].get("holderIdentity") or ""
        return holder.rpartition("_")[0]


@contextmanager
def tenant(team: Team, directory: Path) -> Iterator[Tenant]:
    """The tenant of a namespace in which nothing is installed yet; `directory` takes its administrator's kubeconfig."""
    cluster, namespace = team.cluster, team.namespace
    token = cluster.service_account(namespace, "administrator")
    binding = {
        "metadata": {"name": "administrator"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "admin"},
        "subjects": [{"kind": "ServiceAccount", "name": "administrator", "namespace": namespace}],
    }
    cluster.api.post(f"{RBAC}/namespaces/{namespace}/rolebindings", binding)
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": token}
    kubeconfig = directory / "administrator.kubeconfig"
    kubeconfig.write_text(json.dumps(config))
    administrator = replace(cluster, kubeconfig=kubeconfig, token=token)
    yield Tenant(administrator, team)
    administrator.api.close()
