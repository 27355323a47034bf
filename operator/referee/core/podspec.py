"""The child Job of one attempt at one benchmark, as a manifest.

Everything an adapter gets is in the one object: its job spec is an annotation of the pod template that the
downward API projects to /meta/job.json, so a child is one atomic write. Above 32 KiB it travels in an immutable
ConfigMap instead. The pod satisfies PodSecurity `restricted`, writes only to emptyDirs, and holds no token but
the projected one, with which it can do nothing but report.

Beside the adapter (`adapter.py`) stand, where they are needed, the init container that fetches test data
(`fetching.py`) and the agent (`sidecar.py`), in this order: what failed to be fetched needs no agent.
"""

import json
from dataclasses import dataclass, field

from referee.api import names
from referee.api.evaluationjob import EvaluationJob
from referee.api.provider import Adapter
from referee.api.runplan import PlannedBenchmark, RunPlan
from referee.core import sidecar
from referee.core.adapter import NO_TOKEN, adapter_container, adapter_mounts, judges_mounts
from referee.core.children import child_name, label_value
from referee.core.container import POD_SECURITY, Manifest, Mounted, projected_fields, volumes
from referee.core.evaluationspec import pods_of
from referee.core.fetching import FetchLimits, as_seen, fetched, fetcher
from referee.core.jobspec import Host, Turn, job_spec

MAX_ANNOTATED_SPEC = 32 * 1024
_GRACE = 30
"""Of a pod whose adapter reports by itself, in seconds, where the job does not say."""


@dataclass(frozen=True, slots=True)
class PodDefaults:
    """What the operator's settings say of adapter pods."""

    callback_url: str
    """Base address of the gateway as adapters reach it."""
    service_account: str = "default"
    """Without rights; used where a job names none."""
    agent_image: str = "referee.dev/referee-agent:dev"
    """Of the agent, and of the init container that fetches test data."""
    insecure_registries: tuple[str, ...] = ()
    """Spoken to in plain HTTP."""
    mlflow_tracking_uri: str = ""
    """The MLflow that jobs may export to; empty: none."""
    fetch: FetchLimits = field(default_factory=FetchLimits)
    """Of test data."""


@dataclass(frozen=True, slots=True)
class ChildManifests:
    """What is created for one attempt, in this order."""

    job: Manifest
    config_map: Manifest | None = None


def child_manifests(
    job: EvaluationJob, plan: RunPlan, planned: PlannedBenchmark, turn: Turn, defaults: PodDefaults
) -> ChildManifests:
    """The manifests of one attempt at one benchmark."""
    attempt, pods = turn.attempt, pods_of(job, turn.stage)
    name = child_name(job.metadata.name, job.metadata.uid, planned.index, attempt)
    adapter = plan.adapters[planned.provider]
    credentials = job.spec.credentials
    callback_url = sidecar.URL if _has_agent(adapter) else defaults.callback_url
    host = Host(callback_url, credentials.name if credentials else None)
    text = json.dumps(job_spec(job, plan, planned, turn, host), separators=(",", ":"), allow_nan=False)
    inline = len(text.encode()) <= MAX_ANNOTATED_SPEC
    labels = _labels(job, planned, attempt)
    metadata: Manifest = {
        "name": name,
        "namespace": job.metadata.namespace,
        "labels": labels,
        "ownerReferences": [_owner(job)],
    }
    annotations = {
        **job.spec.pod.annotations,
        **({names.ANNOTATION_JOB_SPEC: text} if inline else {}),
        **({names.ANNOTATION_NO_TOKEN: NO_TOKEN} if _has_agent(adapter) else {}),
    }
    meta = _meta(None if inline else name)
    spec: Manifest = {
        **_shape(pods),
        "podReplacementPolicy": "Failed",
        # a disrupted pod is replaced by the Job controller in this same Job and costs no attempt
        "podFailurePolicy": {
            "rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}]
        },
        "template": {
            "metadata": {"labels": {**job.spec.pod.labels, **labels}, "annotations": annotations},
            "spec": _pod_spec(job, plan, planned, defaults, meta),
        },
    }
    if job.spec.queue_name:
        metadata["labels"] = {**labels, "kueue.x-k8s.io/queue-name": job.spec.queue_name}
    child = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        # one annotation from the start: the gateway adds to the map by JSON Patch, which needs the map
        "metadata": {**metadata, "annotations": {names.ANNOTATION_PLAN: plan.digest}},
        "spec": spec,
    }
    return ChildManifests(child, None if inline else _config_map(metadata, text))


def _shape(pods: int) -> Manifest:
    """One pod; or several, each with an index and a share, where one that fails takes nobody else along."""
    if pods == 1:
        return {"backoffLimit": 0}
    return {"completionMode": "Indexed", "completions": pods, "parallelism": pods, "backoffLimitPerIndex": 0}


def grace_seconds(job: EvaluationJob, adapter: Adapter) -> int:
    """How long the pod has between SIGTERM and SIGKILL."""
    asked = job.spec.pod.termination_grace_period_seconds
    if asked is not None:
        return asked
    return sidecar.GRACE if _has_agent(adapter) else _GRACE


def _has_agent(adapter: Adapter) -> bool:
    return adapter.contract == "evalhub-v1"


def _config_map(metadata: Manifest, text: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata,
        "immutable": True,
        "data": {names.JOB_SPEC_FILE: text},
    }


def _meta(spec_map: str | None) -> Mounted:
    """The job spec: a ConfigMap's, or the annotation's."""
    annotation = f"metadata.annotations['{names.ANNOTATION_JOB_SPEC}']"
    source: Manifest = (
        {"configMap": {"name": spec_map}}
        if spec_map
        else {"downwardAPI": projected_fields({names.JOB_SPEC_FILE: annotation})}
    )
    return Mounted("meta", source, names.META_DIR, read_only=True)


def _labels(job: EvaluationJob, planned: PlannedBenchmark, attempt: int) -> dict[str, str]:
    return {
        "app.kubernetes.io/managed-by": "referee",
        names.LABEL_JOB: label_value(job.metadata.name),
        names.LABEL_JOB_UID: job.metadata.uid,
        names.LABEL_INDEX: str(planned.index),
        names.LABEL_ATTEMPT: str(attempt),
    }


def _owner(job: EvaluationJob) -> Manifest:
    return {
        "apiVersion": names.API_VERSION,
        "kind": "EvaluationJob",
        "name": job.metadata.name,
        "uid": job.metadata.uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _pod_spec(
    job: EvaluationJob, plan: RunPlan, planned: PlannedBenchmark, defaults: PodDefaults, meta: Mounted
) -> Manifest:
    adapter = plan.adapters[planned.provider]
    pod, grace = job.spec.pod, grace_seconds(job, adapter)
    data = planned.test_data
    mounted = adapter_mounts(job, adapter, meta, as_seen(data, defaults.fetch) if data else None)
    mounted += judges_mounts(plan)
    before: list[Manifest] = []
    others: list[Mounted] = []
    if data is not None and fetched(data):
        made, needed = fetcher(data, defaults.agent_image, defaults.fetch)
        before, others = [made], needed
    if _has_agent(adapter):
        registry = sidecar.Registry(job.spec.exports.oci, defaults.insecure_registries)
        made, needed = sidecar.agent(defaults.agent_image, defaults.callback_url, meta, grace, registry)
        before, others = [*before, made], [*others, *needed]
    optional = {
        "initContainers": before,
        "nodeSelector": pod.node_selector,
        "tolerations": pod.tolerations,
        "affinity": pod.affinity,
        "topologySpreadConstraints": pod.topology_spread_constraints,
        "priorityClassName": pod.priority_class_name,
        "runtimeClassName": pod.runtime_class_name,
        "imagePullSecrets": [{"name": name} for name in pod.image_pull_secrets],
    }
    return {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "serviceAccountName": pod.service_account_name or defaults.service_account,
        "terminationGracePeriodSeconds": grace,
        "securityContext": POD_SECURITY,
        "containers": [adapter_container(job, adapter, planned, mounted, defaults.mlflow_tracking_uri)],
        "volumes": volumes([*mounted, *others]),
        **{key: value for key, value in optional.items() if value},
    }
