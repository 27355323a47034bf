"""One namespace with a Role, a list of them, or all; and a catalogue elsewhere."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from referee.runtime.credentials import Credentials, fixed_token
from tests.integration.operator.running import SETTINGS, in_thread, operator_process, operator_token, rules
from tests.integration.operator.team import Team, condition
from tests.testbed.cluster import Cluster
from tests.testbed.kubelet_double import KubeletDouble

RBAC = "/apis/rbac.authorization.k8s.io/v1"
KINDS = ["providers", "collections", "evaluators", "datasets"]
READ = [{"apiGroups": ["referee.dev"], "resources": KINDS, "verbs": ["get", "list", "watch"]}]


def bind(cluster: Cluster, namespace: str, account: str, home: str, granted: list[Any], name: str = "operator") -> None:
    scope = f"{RBAC}/namespaces/{namespace}"
    cluster.api.post(f"{scope}/roles", {"metadata": {"name": name}, "rules": granted})
    subject = {"kind": "ServiceAccount", "name": account, "namespace": home}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    cluster.api.post(f"{scope}/rolebindings", {"metadata": {"name": name}, "roleRef": role, "subjects": [subject]})


def identity(cluster: Cluster, namespace: str) -> Credentials:
    token = operator_token(cluster, namespace)
    return Credentials(cluster.server, fixed_token(token), cluster.credentials.ssl, namespace)


async def test_a_list_of_namespaces_with_a_role_in_each(team: Team, cluster: Cluster, kubelet: KubeletDouble) -> None:
    with cluster.namespace() as second:
        other = Team(cluster, second, kubelet)
        await other.provide()
        who = identity(cluster, team.namespace)
        bind(cluster, second, "operator", team.namespace, rules("operator"))
        with in_thread(who, replace(SETTINGS, namespaces=(team.namespace, second))):
            for each in (team, other):
                await each.apply()
                await each.child()


async def test_every_namespace_with_a_cluster_role(team: Team, cluster: Cluster) -> None:
    who = Credentials(cluster.server, cluster.credentials.token, cluster.credentials.ssl, team.namespace)
    with in_thread(who, replace(SETTINGS, namespaces=("*",), class_name=team.namespace)):
        await team.apply(className=team.namespace)
        await team.child()


async def test_a_job_of_another_class_is_left_alone(team: Team, cluster: Cluster) -> None:
    with in_thread(identity(cluster, team.namespace), SETTINGS):
        await team.apply("foreign", className="somebody-else")
        await team.apply("ours")
        await team.child(name="ours")
    job = await team.call("GET", team.path("evaluationjobs", "foreign"))
    assert job["status"] == {"observedGeneration": -1}


async def test_a_catalogue_that_may_be_read_later_is_used_then(
    team: Team, cluster: Cluster, kubelet: KubeletDouble
) -> None:
    with cluster.namespace() as shelf:
        catalogue = Team(cluster, shelf, kubelet)
        await catalogue.provide("shared")
        who = identity(cluster, team.namespace)
        with in_thread(who, replace(SETTINGS, catalogue_namespace=shelf)):
            await team.apply(provider="shared")
            status = await team.status(lambda s: "conditions" in s)
            assert condition(status, "Stalled") == ("True", "ProviderNotFound")
            bind(cluster, shelf, "operator", team.namespace, READ, "catalogue")
            await team.starts()
            await team.reports()
            await team.phase("Completed")


async def test_without_its_role_the_process_ends_and_says_what_is_missing(team: Team, tmp_path: Path) -> None:
    with operator_process(team.cluster, team.namespace, tmp_path, REFEREE_NAMESPACES="kube-system") as operator:
        operator.start()
        assert operator.process is not None
        assert await asyncio.to_thread(operator.process.wait, 60) != 0
        said = operator.log.read_text()
    assert "cannot list evaluationjobs.referee.dev" in said
    assert "bind the operator's Role in each namespace" in said


async def test_of_two_providers_with_one_id_the_older_counts(team: Team, cluster: Cluster) -> None:
    with in_thread(identity(cluster, team.namespace), SETTINGS):
        await team.wait(team.path("providers", "p"), lambda p: p.get("status", {}).get("conditions"))
        await team.provide("younger", id="p", adapter={"image": "other:1"})
        younger = await team.wait(team.path("providers", "younger"), lambda p: p.get("status", {}).get("conditions"))
        assert condition(younger["status"], "Ready") == ("False", "DuplicateID")
        await team.call("DELETE", team.path("providers", "p"))
        await team.wait(
            team.path("providers", "younger"), lambda p: condition(p["status"], "Ready") == ("True", "Ready")
        )


async def test_a_collection_names_every_reference_that_does_not_resolve(team: Team, cluster: Cluster) -> None:
    refs = [{"id": "b1", "provider": "p"}, {"id": "nope", "provider": "p"}, {"id": "b1", "provider": "nobody"}]
    body = {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": "Collection",
        "metadata": {"name": "c"},
        "spec": {"benchmarks": refs},
    }
    with in_thread(identity(cluster, team.namespace), SETTINGS):
        await team.call("POST", team.path("collections"), body)
        found = await team.wait(team.path("collections", "c"), lambda c: c.get("status", {}).get("conditions"))
        ready = found["status"]["conditions"][0]
        assert ready["status"] == "False"
        assert "'nope'" in ready["message"]
        assert "'nobody'" in ready["message"]
