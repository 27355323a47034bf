"""Puts Referee on a cluster as its users do: with helm, as pods, in a namespace that enforces PodSecurity `restricted`.

One release serves every namespace, and its own namespace is the catalogue, so that manifests may be applied anywhere.
"""

import json

from tests.testbed.cluster import ROOT, Cluster
from tests.testbed.helm import helm
from tests.testbed.images import AGENT, EVALUATORS, LM_EVAL, REFEREE
from tests.testbed.node import provide_image
from tests.testbed.programs import Installed
from tests.testbed.workloads import RESTRICTED

NAMESPACE = "referee"
RELEASE = "referee"
CHARTS = ROOT / "charts"
TIMEOUT = "120s"


def as_pods(cluster: Cluster) -> Installed:
    """Operator and gateway for every namespace, and the built-in provider in the catalogue."""
    images = {recipe: provide_image(cluster, recipe) for recipe in (REFEREE, LM_EVAL, EVALUATORS, AGENT)}
    # a cluster that KUBECONFIG names has got the CRDs by apply: helm takes them over
    take_over = ("--take-ownership", "--force-conflicts")
    crds = ("upgrade", "--install", "referee-crds", str(CHARTS / "referee-crds"))
    helm(cluster, *crds, *take_over, "--wait", "--timeout", TIMEOUT)
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": RESTRICTED}}
    cluster.api.apply(f"/api/v1/namespaces/{NAMESPACE}", json.dumps(namespace))
    repository, _, tag = images[REFEREE].rpartition(":")
    values = {
        "image.repository": repository,
        "image.tag": tag,
        "scope.clusterWide": "true",
        "scope.catalogueNamespace": NAMESPACE,
        "providers.lmEvaluationHarness.image": images[LM_EVAL],
        "providers.evaluators.image": images[EVALUATORS],
        # code of tests' own, in the sandbox
        "providers.evaluators.allowCode": "true",
        "operator.allowCode": "true",
        "agent.image": images[AGENT],
        "operator.logFormat": "text",
        "gateway.logFormat": "text",
        # no volumes are made on demand here
        "gateway.store.sqlite.persistence.enabled": "false",
    }
    settings = [part for name, value in values.items() for part in ("--set", f"{name}={value}")]
    where = ("--namespace", NAMESPACE, "--wait", "--timeout", TIMEOUT)
    helm(cluster, "upgrade", "--install", RELEASE, str(CHARTS / "referee"), *where, *settings)
    service = cluster.api.get(f"/api/v1/namespaces/{NAMESPACE}/services/{RELEASE}-gateway")
    return Installed(f"http://{service['spec']['clusterIP']}", cluster.token)
