"""The child Job of one attempt at one benchmark, as a manifest.

Everything an adapter gets is in the one object: its job spec is an annotation of the pod template that the
downward API projects to /meta/job.json, so a child is one atomic write. Above 32 KiB it travels in an immutable
ConfigMap instead. The pod satisfies PodSecurity `restricted`, writes only to emptyDirs, and holds no token but
the projected one, with which it can do nothing but report.

The pod is built as a list of containers with the adapter as one of them, so that an agent can stand beside it.
"""

import json
from dataclasses import dataclass
from typing import Any

from referee.api import names
from referee.api.benchmark import Resources
from referee.api.evaluationjob import EvaluationJob
from referee.api.pod import EnvVar, PodSettings
from referee.api.provider import Adapter
from referee.api.runplan import PlannedBenchmark, RunPlan
from referee.core.children import child_name, label_value
from referee.core.jobspec import Host, job_spec

Manifest = dict[str, Any]

MAX_ANNOTATED_SPEC = 32 * 1024
TOKEN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class PodDefaults:
    """What the operator's settings say of adapter pods."""

    callback_url: str
    """Base address of the gateway as adapters reach it."""
    service_account: str = "default"
    """Without rights; used where a job names none."""


@dataclass(frozen=True, slots=True)
class ChildManifests:
    """What is created for one attempt, in this order."""

    job: Manifest
    config_map: Manifest | None = None


def child_manifests(
    job: EvaluationJob, plan: RunPlan, planned: PlannedBenchmark, attempt: int, defaults: PodDefaults
) -> ChildManifests:
    """The manifests of one attempt at one benchmark."""
    name = child_name(job.metadata.name, job.metadata.uid, planned.index, attempt)
    auth = job.spec.model.auth
    host = Host(defaults.callback_url, auth.secret_ref.name if auth else None)
    text = json.dumps(job_spec(job, plan, planned, attempt, host), separators=(",", ":"), allow_nan=False)
    inline = len(text.encode()) <= MAX_ANNOTATED_SPEC
    labels = _labels(job, planned, attempt)
    metadata: Manifest = {
        "name": name,
        "namespace": job.metadata.namespace,
        "labels": labels,
        "ownerReferences": [_owner(job)],
    }
    pod_annotations = {**job.spec.pod.annotations, **({names.ANNOTATION_JOB_SPEC: text} if inline else {})}
    spec: Manifest = {
        "backoffLimit": 0,
        "podReplacementPolicy": "Failed",
        # a disrupted pod is replaced by the Job controller in this same Job and costs no attempt
        "podFailurePolicy": {
            "rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}]
        },
        "template": {
            "metadata": {"labels": {**job.spec.pod.labels, **labels}, "annotations": pod_annotations},
            "spec": _pod_spec(job, plan.adapters[planned.provider], planned, defaults, None if inline else name),
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


def _config_map(metadata: Manifest, text: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata,
        "immutable": True,
        "data": {names.JOB_SPEC_FILE: text},
    }


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
    job: EvaluationJob, adapter: Adapter, planned: PlannedBenchmark, defaults: PodDefaults, spec_map: str | None
) -> Manifest:
    pod = job.spec.pod
    volumes, mounts = _volumes(job, planned, spec_map)
    optional = {
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
        "terminationGracePeriodSeconds": pod.termination_grace_period_seconds,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "runAsGroup": 65532,
            "fsGroup": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_adapter_container(adapter, planned, pod, mounts)],
        "volumes": volumes,
        **{key: value for key, value in optional.items() if value},
    }


def _adapter_container(
    adapter: Adapter, planned: PlannedBenchmark, pod: PodSettings, mounts: list[Manifest]
) -> Manifest:
    container: Manifest = {
        "name": names.ADAPTER_CONTAINER,
        "image": adapter.image,
        "imagePullPolicy": adapter.pull_policy,
        "env": _env(adapter.env, pod.env),
        "resources": _resources(adapter, pod.resources, planned.resources),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": mounts,
    }
    return (
        container
        | ({"command": adapter.command} if adapter.command else {})
        | ({"args": adapter.args} if adapter.args else {})
    )


def _env(*layers: list[EnvVar]) -> list[Manifest]:
    """Ours first, then the provider's, then the job's; a later layer wins by name."""
    merged = {"EVALHUB_MODE": {"name": "EVALHUB_MODE", "value": "k8s"}, "HOME": {"name": "HOME", "value": "/tmp"}}  # noqa: S108
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
        limits.setdefault("nvidia.com/gpu", str(adapter.gpu))
    return {"requests": {"cpu": "100m", "memory": "256Mi"} | requests, **({"limits": limits} if limits else {})}


def _volumes(
    job: EvaluationJob, planned: PlannedBenchmark, spec_map: str | None
) -> tuple[list[Manifest], list[Manifest]]:
    """The pod's volumes, and where the adapter sees them."""
    annotation = f"metadata.annotations['{names.ANNOTATION_JOB_SPEC}']"
    meta: Manifest = (
        {"configMap": {"name": spec_map}}
        if spec_map
        else {"downwardAPI": {"items": [{"path": names.JOB_SPEC_FILE, "fieldRef": {"fieldPath": annotation}}]}}
    )
    token = {"audience": names.ADAPTER_AUDIENCE, "expirationSeconds": TOKEN_SECONDS, "path": "token"}
    namespace = {"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}
    identity = {"sources": [{"serviceAccountToken": token}, {"downwardAPI": {"items": [namespace]}}]}
    entries: list[tuple[str, Manifest, Manifest]] = [
        ("meta", meta, {"mountPath": names.META_DIR, "readOnly": True}),
        ("identity", {"projected": identity}, {"mountPath": names.SERVICE_ACCOUNT_DIR, "readOnly": True}),
        ("data", {"emptyDir": {}}, {"mountPath": names.DATA_DIR}),
        ("tmp", {"emptyDir": {}}, {"mountPath": "/tmp"}),  # noqa: S108
    ]
    if auth := job.spec.model.auth:
        secret = auth.secret_ref.name
        certificate = {"name": secret, "optional": True, "items": [{"key": "ca.crt", "path": "ca_cert"}]}
        sources = [{"secret": {"name": secret}}, {"secret": certificate}]
        entries.append(
            ("model", {"projected": {"sources": sources}}, {"mountPath": names.MODEL_SECRET_DIR, "readOnly": True})
        )
    if data := planned.test_data:
        mount: Manifest = {"mountPath": names.TEST_DATA_DIR, "readOnly": True}
        if data.config_map:
            entries.append(("test-data", {"configMap": {"name": data.config_map.name}}, mount))
        elif data.pvc:
            sub_path = {"subPath": data.pvc.sub_path} if data.pvc.sub_path else {}
            claim = {"claimName": data.pvc.claim_name, "readOnly": True}
            entries.append(("test-data", {"persistentVolumeClaim": claim}, mount | sub_path))
    for number, volume in enumerate(job.spec.pod.volumes):
        claim = {"claimName": volume.claim_name, "readOnly": volume.read_only}
        mount = {"mountPath": volume.mount_path, "readOnly": volume.read_only}
        entries.append((f"cache-{number}", {"persistentVolumeClaim": claim}, mount))
    return [{"name": n, **v} for n, v, _ in entries], [{"name": n, **m} for n, _, m in entries]
