"""Where scripts that were written for EvalHub meet us: a gateway and an operator with the chart's rights and no more.

Everything is real but the kubelet, and everything runs in threads of its own, since those scripts are processes and
block. One place serves a whole module: to start it takes seconds, and jobs have names of their own.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.integration.gateway.live import Live, live_gateway
from tests.integration.gateway.people_house import GATEWAY, WRITER
from tests.integration.gateway.process import CATALOGUE, READ
from tests.integration.operator.running import running
from tests.testbed.api_client import Json
from tests.testbed.cluster import Cluster

RIGHTS: list[dict[str, Any]] = [
    *WRITER,
    {"apiGroups": ["referee.dev"], "resources": ["evaluationjobs/results"], "verbs": ["get"]},
    {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
]
"""Of somebody who runs evaluations in a namespace."""


@dataclass(frozen=True)
class Place:
    """A tenant with a shared catalogue beside it."""

    cluster: Cluster
    tenant: str
    shared: str
    live: Live
    token: str
    """Of somebody who runs evaluations here."""

    @property
    def url(self) -> str:
        """The gateway's address."""
        return self.live.url

    @property
    def headers(self) -> dict[str, str]:
        """What that person's requests carry."""
        return {"Authorization": f"Bearer {self.token}", "X-Tenant": self.tenant}

    def http(self) -> httpx.Client:
        """Plain requests of that person."""
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=self.headers, trust_env=False, timeout=30)

    def apply(self, manifest: Json, namespace: str) -> None:
        """As an administrator's kubectl."""
        plural = f"{manifest['kind'].lower()}s"
        self.cluster.api.post(f"/apis/referee.dev/v1alpha1/namespaces/{namespace}/{plural}", manifest)


@contextmanager
def place(cluster: Cluster, directory: Path, catalogue: Iterable[Json], **settings: Any) -> Iterator[Place]:
    """Make it, with these manifests in the shared catalogue; `settings` are the gateway's."""
    cluster.install_crds()
    with cluster.namespace("catalogue") as shared, cluster.namespace("tenant") as tenant:
        _let_read(cluster, shared, tenant)
        for manifest in catalogue:
            plural = f"{manifest['kind'].lower()}s"
            cluster.api.post(f"/apis/referee.dev/v1alpha1/namespaces/{shared}/{plural}", manifest)
        token = cluster.service_account(tenant, "scripts", RIGHTS)
        with (
            live_gateway(cluster, tenant, directory, catalogue_namespace=shared, **settings) as live,
            running(cluster, tenant, catalogue_namespace=shared, gateway_url=live.url),
        ):
            yield Place(cluster, tenant, shared, live, token)


def _let_read(cluster: Cluster, shared: str, tenant: str) -> None:
    """As the chart's catalogue.yaml."""
    at = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{shared}"
    rule = {"apiGroups": ["referee.dev"], "resources": CATALOGUE, "verbs": READ}
    cluster.api.post(f"{at}/roles", {"metadata": {"name": "catalogue"}, "rules": [rule]})
    cluster.api.post(
        f"{at}/rolebindings",
        {
            "metadata": {"name": "catalogue"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "catalogue"},
            "subjects": [
                {"kind": "ServiceAccount", "name": name, "namespace": tenant} for name in (GATEWAY, "operator")
            ],
        },
    )
