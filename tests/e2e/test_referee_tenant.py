"""Referee as a tenant has it: installed by the namespace's administrator, with Roles alone, and hard to stop."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.prompter import Prompter
from tests.e2e.team import SOON, Team, benchmark_of
from tests.e2e.tenant import CLASS, RELEASE, Tenant, tenant
from tests.testbed.api_client import Json
from tests.testbed.cluster import RBAC, Cluster
from tests.testbed.waiting import wait_for

pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def tenancy(team: Team, image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    with tenant(team, tmp_path_factory.mktemp("tenant")) as made:
        settings = {"operator.replicas": "2", "operator.leaseSeconds": "5"}
        made.install(image, **settings, **{"adapter.allowedServiceAccounts": "{absent}"})
        yield made


def apply(tenancy: Tenant, name: str, *do: Any, **spec: Any) -> Json:
    return tenancy.team.apply(name, *do, className=CLASS, **spec)


def test_the_administrator_of_a_namespace_installs_it_without_the_clusters_rights(
    tenancy: Tenant, cluster: Cluster
) -> None:
    ours = f"app.kubernetes.io/instance={RELEASE}"

    for kind in ("clusterroles", "clusterrolebindings"):
        assert cluster.api.get(f"{RBAC}/{kind}", labelSelector=ours)["items"] == []
    assert len(tenancy.pods("operator")) == 2


def test_a_job_runs_under_the_account_without_rights(tenancy: Tenant) -> None:
    apply(tenancy, "simple", ["complete", 0.5])

    status = tenancy.team.phase("Completed", "simple")
    assert benchmark_of(status)["primary"]["value"] == 0.5
    assert tenancy.team.pod("simple")["spec"]["serviceAccountName"] == f"{RELEASE}-adapter"


def test_a_service_account_that_does_not_exist_is_a_reason(tenancy: Tenant) -> None:
    apply(tenancy, "accountless", pod={"serviceAccountName": "absent"})

    tenancy.team.status(lambda status: benchmark_of(status).get("reason") == "MissingServiceAccount", "accountless")

    assert tenancy.team.seconds_until_told("accountless", "MissingServiceAccount") <= 20


def test_the_other_operator_takes_over_and_the_run_goes_on(tenancy: Tenant, prompter: Prompter) -> None:
    apply(tenancy, "handed-over")
    prompter.wait_until_asked("handed-over")
    first = tenancy.leader()

    tenancy.administrator.api.delete(tenancy.team.pods_path(first))
    second = wait_for(lambda: {tenancy.leader()} - {first, ""}, "another operator to hold the Lease", SOON)
    prompter.tell("handed-over", "complete", 0.5)

    benchmark = benchmark_of(tenancy.team.phase("Completed", "handed-over"))
    assert (benchmark["primary"]["value"], benchmark["attempt"]) == (0.5, 1)
    assert len(tenancy.team.children("handed-over")) == 1
    assert second


def test_a_result_outlasts_the_gateway_that_was_there_at_the_start(tenancy: Tenant, prompter: Prompter) -> None:
    apply(tenancy, "bereft")
    prompter.wait_until_asked("bereft")
    (gateway,) = tenancy.pods("gateway")

    tenancy.administrator.api.delete(tenancy.team.pods_path(gateway["metadata"]["name"]), {"gracePeriodSeconds": 1})
    prompter.tell("bereft", "complete", 0.5)

    assert benchmark_of(tenancy.team.phase("Completed", "bereft"))["primary"]["value"] == 0.5


def test_while_no_gateway_is_there_a_result_waits_or_takes_the_second_way_home(
    tenancy: Tenant, prompter: Prompter
) -> None:
    impatient = {"pod": {"env": [{"name": "PATIENCE", "value": "1"}]}}
    apply(tenancy, "waits")
    apply(tenancy, "second-way", **impatient)
    for name in ("waits", "second-way"):
        prompter.wait_until_asked(name)

    tenancy.scale("gateway", 0)
    for name in ("waits", "second-way"):
        prompter.tell(name, "complete", 0.5)

    benchmark = benchmark_of(tenancy.team.phase("Completed", "second-way"))
    assert benchmark["primary"]["value"] == 0.5
    assert not _is_annotated(tenancy, "second-way")
    wait_for(lambda: len(_log(tenancy, "waits")) > 1, "the adapter to try twice in vain", SOON)
    assert tenancy.team.status(bool, "waits")["phase"] == "Running"
    tenancy.scale("gateway", 1)
    tenancy.team.phase("Completed", "waits")
    assert _is_annotated(tenancy, "waits")


def _is_annotated(tenancy: Tenant, name: str) -> bool:
    (child,) = tenancy.team.children(name)
    return "referee.dev/result" in child["metadata"]["annotations"]


def _log(tenancy: Tenant, name: str) -> list[str]:
    """What the adapter says, which is a line for each try in vain and nothing else."""
    (child,) = tenancy.team.children(name)
    name = child["metadata"]["name"]
    return tenancy.administrator.kubectl("logs", "-n", tenancy.team.namespace, f"job/{name}").splitlines()
