"""The chart's Roles can be made by whoever administers a namespace, and the gateway can do with them what it does."""

import asyncio

import pytest
import yaml

from referee.gateway.errors import Unauthenticated
from referee.gateway.people import ApiKeys
from referee.gateway.people.key_record import new_key
from referee.runtime.kube import Kube
from referee.runtime.transport import Transport
from tests.integration.gateway.people_house import FILES, neighbourhood, rules
from tests.testbed.api_client import Api
from tests.testbed.cluster import RBAC, Cluster

TENANT_ADMIN = FILES.parents[1] / "referee-crds" / "templates" / "tenant-admin.yaml"


@pytest.fixture
def administrator(cluster: Cluster, namespace: str) -> Api:
    """Somebody with the ClusterRole admin in the namespace, and nothing of the cluster's."""
    role = yaml.safe_load(TENANT_ADMIN.read_text())
    cluster.api.apply(f"{RBAC}/clusterroles/{role['metadata']['name']}", TENANT_ADMIN.read_text())
    groups = {"apiGroups": ["referee.dev"], "resources": ["evaluationjobs/finalizers"], "verbs": ["update"]}
    cluster.api.wait(f"{RBAC}/clusterroles/admin", lambda admin: groups in admin["rules"], 20)
    token = cluster.service_account(namespace, "administrator")
    binding = {
        "metadata": {"name": "administrator"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "admin"},
        "subjects": [{"kind": "ServiceAccount", "name": "administrator", "namespace": namespace}],
    }
    cluster.api.post(f"{RBAC}/namespaces/{namespace}/rolebindings", binding)
    return cluster.api_as(token)


@pytest.mark.parametrize("name", ["operator", "operator-own", "gateway", "gateway-own"])
def test_a_tenants_administrator_may_make_the_role(administrator: Api, namespace: str, name: str) -> None:
    made = administrator.post(
        f"{RBAC}/namespaces/{namespace}/roles", {"metadata": {"name": name}, "rules": rules(name)}
    )

    assert made["rules"]


async def test_the_gateways_role_lets_it_read_the_keys(cluster: Cluster, namespace: str) -> None:
    async with neighbourhood(cluster, namespace) as here:
        transport = Transport(await asyncio.to_thread(lambda: here.credentials))
        with pytest.raises(Unauthenticated, match="not known here"):
            await ApiKeys(Kube(transport), namespace).token(new_key())
        await transport.close()
