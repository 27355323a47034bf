"""The adapter's own container: its environment, its resources, and what it finds under which path.

Two contracts differ in one thing above all: an adapter of referee-v1 reports by itself and has the token; one of
evalhub-v1 reports to the agent beside it and has none. The published SDK looks at whether a token file is there to
tell a pod from a laptop, so it finds one whose text says that it is none.
"""

from referee.api import names
from referee.api.benchmark import Resources
from referee.api.evaluationjob import EvaluationJob
from referee.api.pod import EnvVar, PodSettings
from referee.api.provider import Adapter
from referee.api.runplan import PlannedBenchmark, RunPlan
from referee.core.container import Manifest, Mounted, container, empty_dir, projected_fields
from referee.core.evaluationspec import judge_secrets
from referee.core.sidecar import token

NO_TOKEN = "the-token-is-the-agents"  # noqa: S105 - that is what it says
_GPU = "nvidia.com/gpu"
_NAMESPACE = {"namespace": "metadata.namespace"}


def adapter_container(
    job: EvaluationJob, adapter: Adapter, planned: PlannedBenchmark, mounted: list[Mounted], tracking_uri: str = ""
) -> Manifest:
    """The container; `tracking_uri` is the MLflow that an adapter of evalhub-v1 is told of."""
    pod = job.spec.pod
    resources = _resources(adapter, pod.resources, planned.resources)
    env = {"EVALHUB_MODE": _value("EVALHUB_MODE", "k8s"), "HOME": _value("HOME", "/tmp")}  # noqa: S108 - in the pod
    more: Manifest = {}
    if adapter.contract == "evalhub-v1":
        env |= _card_inputs(adapter, resources) | _tracking(job, tracking_uri)
        # an adapter that crashes before it can report leaves the end of its log as the reason
        more["terminationMessagePolicy"] = "FallbackToLogsOnError"
    return container(
        names.ADAPTER_CONTAINER,
        adapter.image or "",
        mounted,
        imagePullPolicy=adapter.pull_policy,
        **({"command": adapter.command} if adapter.command else {}),
        **({"args": adapter.args} if adapter.args else {}),
        env=_env(env, adapter.env, pod.env),
        resources=resources,
        **more,
    )


def adapter_mounts(job: EvaluationJob, adapter: Adapter, meta: Mounted, data: Mounted | None) -> list[Mounted]:
    """What the adapter sees.

    Args:
        job: the job.
        adapter: its contract decides about the token.
        meta: the volume with the job spec.
        data: the test data, if there is any.
    """
    mounted = [meta, *_identity(adapter), empty_dir("data", names.DATA_DIR), empty_dir("tmp", "/tmp")]  # noqa: S108
    if adapter.contract == "evalhub-v1":
        labels = {"downwardAPI": projected_fields({"labels": "metadata.labels"})}
        mounted += [
            empty_dir("shared", names.SHARED_DIR),
            Mounted("podinfo", labels, names.POD_INFO_DIR, read_only=True),
        ]
    if credentials := job.spec.credentials:
        secret = credentials.name
        certificate = {"name": secret, "optional": True, "items": [{"key": "ca.crt", "path": "ca_cert"}]}
        sources = [{"secret": {"name": secret}}, {"secret": certificate}]
        mounted.append(Mounted("model", {"projected": {"sources": sources}}, names.MODEL_SECRET_DIR, read_only=True))
    if data is not None:
        mounted.append(data)
    return [*mounted, *_caches(job.spec.pod)]


def judges_mounts(plan: RunPlan) -> list[Mounted]:
    """The credentials of judges, each in a directory of its own."""
    return [
        Mounted(
            f"judge-{number}",
            {"secret": {"secretName": secret}},
            f"{names.EVALUATOR_SECRETS_DIR}/{number}",
            read_only=True,
        )
        for number, _, secret in judge_secrets(plan)
    ]


def _identity(adapter: Adapter) -> list[Mounted]:
    """Token and namespace where every client of Kubernetes looks for them."""
    if adapter.contract == "evalhub-v1":
        files = {"token": f"metadata.annotations['{names.ANNOTATION_NO_TOKEN}']", **_NAMESPACE}
        source: Manifest = {"downwardAPI": projected_fields(files)}
    else:
        namespace = {"downwardAPI": projected_fields(_NAMESPACE)}
        source = {"projected": {"sources": [*token("").source["projected"]["sources"], namespace]}}
    return [Mounted("identity", source, names.SERVICE_ACCOUNT_DIR, read_only=True)]


def _caches(pod: PodSettings) -> list[Mounted]:
    return [
        Mounted(
            f"cache-{number}",
            {"persistentVolumeClaim": {"claimName": volume.claim_name, "readOnly": volume.read_only}},
            volume.mount_path,
            volume.read_only,
        )
        for number, volume in enumerate(pod.volumes)
    ]


def _card_inputs(adapter: Adapter, resources: Manifest) -> dict[str, Manifest]:
    """What the SDK's environment card is made of.

    Only the devices are text: the API server refuses a resourceFieldRef to an extended resource.
    """
    return {
        "EVALHUB_CONTAINER_IMAGE": _value("EVALHUB_CONTAINER_IMAGE", adapter.image or ""),
        "MY_CPU_LIMIT": _limit("MY_CPU_LIMIT", "limits.cpu"),
        "MY_MEM_LIMIT": _limit("MY_MEM_LIMIT", "limits.memory"),
        "MY_GPU_LIMIT": _value("MY_GPU_LIMIT", resources.get("limits", {}).get(_GPU, "0")),
    }


def _tracking(job: EvaluationJob, uri: str) -> dict[str, Manifest]:
    if job.spec.exports.mlflow is None or not uri:
        return {}
    workspace = {"name": "MLFLOW_WORKSPACE", "value": job.metadata.namespace}
    return {"MLFLOW_TRACKING_URI": _value("MLFLOW_TRACKING_URI", uri), "MLFLOW_WORKSPACE": workspace}


def _value(name: str, value: str) -> Manifest:
    return {"name": name, "value": value}


def _limit(name: str, resource: str) -> Manifest:
    ref = {"containerName": names.ADAPTER_CONTAINER, "resource": resource}
    return {"name": name, "valueFrom": {"resourceFieldRef": ref}}


def _env(ours: dict[str, Manifest], *layers: list[EnvVar]) -> list[Manifest]:
    """Ours first, then the provider's, then the job's; a later layer wins by name."""
    merged = dict(ours)
    for layer in layers:
        merged |= {entry.name: entry.wire() for entry in layer}
    return list(merged.values())


def _resources(adapter: Adapter, *over: Resources | None) -> Manifest:
    """The provider's, then the job's, then the benchmark's; GPUs as a limit on whole devices."""
    requests, limits = dict(adapter.resources.requests), dict(adapter.resources.limits)
    for layer in filter(None, over):
        requests |= layer.requests
        limits |= layer.limits
    if adapter.gpu:
        limits.setdefault(_GPU, str(adapter.gpu))
    return {"requests": {"cpu": "100m", "memory": "256Mi"} | requests, **({"limits": limits} if limits else {})}
