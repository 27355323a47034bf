"""What the operator watches, and what it keeps of it.

Of an EvaluationJob, of what jobs refer to and of a child Job the parts that decisions read are kept as packed
JSON: thousands of finished ones must fit, and unpacking one costs less than the look at it. A pod is reduced at
once. The last word of a pod that is deleted is kept until its Job goes: after a cancel that is the only place
where a termination message was ever seen.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from referee.api import names
from referee.api.evaluationjob import EvaluationJob
from referee.core.children import Child, child_from_job
from referee.core.nesting import DEEPEST, deeper_than
from referee.core.pods import Pod, pod_from_object
from referee.runtime.cache import Cache, Key
from referee.runtime.kube import Object
from referee.runtime.packing import Packer
from referee.runtime.paths import COLLECTIONS, DATASETS, EVALUATORS, PROVIDERS, Resource
from referee.runtime.samples import SAMPLE_CHILD, SAMPLE_JOB

M = TypeVar("M", bound=BaseModel)

CATALOGUE = (PROVIDERS, COLLECTIONS, EVALUATORS, DATASETS)
"""What jobs refer to, parents before children."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of ours, packed."""

    uid: str
    packed: bytes
    id: str = ""
    """spec.id, else the name: what references name."""
    created: str = ""
    phase: str = ""
    over: bool = False
    passed: tuple[str, str] | None = None
    """Of a run that passed: its group, and when it ended."""
    too_deep: str = ""
    """Which part of it is nested deeper than anything here reads, and is therefore not kept."""
    dataset: str = ""
    """Of a run that read a Dataset and said what it found there: its id."""


@dataclass(frozen=True, slots=True)
class StoredChild:
    """A child Job, packed, and whose it is."""

    uid: str
    owner_uid: str
    owner: Key
    packed: bytes
    config_map: bool
    """Its job spec stands in a ConfigMap beside it."""


@dataclass(frozen=True, slots=True)
class StoredPod:
    """A pod of a child."""

    job_uid: str
    owner_uid: str
    pod: Pod


_REMEMBERED = 256
"""Objects kept as parsed: a job is looked at several times within a second, then seldom."""

# not resourceVersion: the cache knows it, and here every write would be a change
_META = ("name", "namespace", "uid", "generation", "creationTimestamp", "deletionTimestamp")
_ANNOTATIONS = (names.ANNOTATION_STORE_REVISION,)
_CHILD_LABELS = (names.LABEL_INDEX, names.LABEL_ATTEMPT)
_CHILD_ANNOTATIONS = (names.ANNOTATION_RESULT, names.ANNOTATION_PARTIAL, names.ANNOTATION_PROGRESS)


def _some(source: Object, keys: Iterable[str]) -> Object:
    return {key: source[key] for key in keys if key in source}


class Watched:
    """The caches."""

    def __init__(self) -> None:
        self._jobs = Packer(SAMPLE_JOB)
        self._children = Packer(SAMPLE_CHILD)
        self.evaluation_jobs: Cache[Stored] = Cache(
            self._stored, {"uid": lambda s: (s.uid,), "dataset": lambda s: (s.dataset,) if s.dataset else ()}
        )
        self.catalogue: Mapping[Resource, Cache[Stored]] = {
            resource: Cache(self._stored, {"id": lambda s: (s.id,)}) for resource in CATALOGUE
        }
        self.children: Cache[StoredChild] = Cache(
            self._stored_child, {"owner": lambda c: (c.owner_uid,), "uid": lambda c: (c.uid,)}
        )
        self.pods: Cache[StoredPod] = Cache(_stored_pod, {"job": lambda p: (p.job_uid,)})
        self._last_words: dict[str, tuple[Pod, ...]] = {}
        # Of immutable models, so that whoever gets one may share it.
        self._parse_job = lru_cache(_REMEMBERED)(lambda packed: EvaluationJob.model_validate(self._jobs.unpack(packed)))
        self._parse_child = lru_cache(_REMEMBERED)(lambda packed: child_from_job(self._children.unpack(packed)))

    def evaluation_job(self, key: Key) -> EvaluationJob | None:
        """The EvaluationJob of a key, as last seen.

        Raises:
            pydantic.ValidationError: if it does not match the schema of this version.
        """
        stored = self.evaluation_jobs.get(key)
        if stored is None:
            return None
        if stored.too_deep:
            raise _too_deep(EvaluationJob, stored.too_deep)
        return self._parse_job(stored.packed)

    def parse(self, stored: Stored, model: type[M]) -> M:
        """Any object, as its model.

        Raises:
            pydantic.ValidationError: if it does not match the schema of this version.
        """
        if stored.too_deep:
            raise _too_deep(model, stored.too_deep)
        return model.model_validate(self.unpack(stored))

    def unpack(self, stored: Stored) -> Object:
        """The object, without what decisions never read."""
        document: Object = self._jobs.unpack(stored.packed)
        return document

    def children_of(self, job_uid: str) -> list[Child]:
        """The children of an EvaluationJob, each with its pods."""
        found = []
        for stored in self.children.by("owner", job_uid):
            child = self._parse_child(stored.packed)
            if child is not None:
                found.append(replace(child, pods=self.pods_of(child.uid)))
        return found

    def pods_of(self, child_uid: str) -> tuple[Pod, ...]:
        """The pods of a child, gone ones first."""
        alive = tuple(stored.pod for stored in self.pods.by("job", child_uid))
        known = {pod.name for pod in alive}
        return (*(p for p in self._last_words.get(child_uid, ()) if p.name not in known), *alive)

    def pod_gone(self, obj: Object) -> None:
        """Keep the last word of a pod that was deleted."""
        stored = _stored_pod(obj)
        if not self.children.keys_by("uid", stored.job_uid):  # the Job went first, and nobody asks any more
            return
        if stored.pod.exit_code is not None or stored.pod.over:
            self._last_words[stored.job_uid] = (*self._last_words.get(stored.job_uid, ()), stored.pod)

    def prune(self) -> None:
        """Drop the last words of pods whose child is gone."""
        for uid in [uid for uid in self._last_words if not self.children.keys_by("uid", uid)]:
            del self._last_words[uid]

    def child_gone(self, uid: str) -> None:
        """Drop what is kept of a child's pods."""
        self._last_words.pop(uid, None)

    def _stored(self, obj: Object) -> Stored:
        meta, spec, status = obj["metadata"], obj.get("spec") or {}, obj.get("status") or {}
        kept = {"metadata": _some(meta, _META), **_some(obj, ("apiVersion", "kind", "spec", "status"))}
        if told := _some(meta.get("annotations") or {}, _ANNOTATIONS):
            kept["metadata"]["annotations"] = told
        deep = next((part for part in ("spec", "status") if deeper_than(kept.get(part))), "")
        if deep:
            kept[deep] = {}
        return Stored(
            uid=meta["uid"],
            packed=self._jobs.pack(kept),
            id=spec.get("id") or meta["name"],
            created=meta.get("creationTimestamp") or "",
            phase=status.get("phase") or "Pending",
            over="completionTime" in status,
            passed=_passed(spec, status),
            too_deep=deep,
            dataset=_dataset(spec, status),
        )

    def _stored_child(self, obj: Object) -> StoredChild:
        meta, spec, status = obj["metadata"], obj["spec"], obj.get("status") or {}
        owner: Object = next((o for o in meta.get("ownerReferences") or () if o.get("controller")), {})
        kept = {
            "metadata": {
                **_some(meta, ("name", "uid", "creationTimestamp")),
                "labels": _some(meta.get("labels") or {}, _CHILD_LABELS),
                "annotations": _some(meta.get("annotations") or {}, _CHILD_ANNOTATIONS),
            },
            "spec": _some(spec, ("suspend", "activeDeadlineSeconds", "completions")),
            "status": {"active": bool(status.get("active")), "conditions": status.get("conditions") or []},
        }
        volumes: list[Object] = spec["template"]["spec"].get("volumes") or []
        return StoredChild(
            uid=meta["uid"],
            owner_uid=owner.get("uid", ""),
            owner=(meta["namespace"], owner.get("name", "")),
            packed=self._children.pack(kept),
            config_map=any("configMap" in v for v in volumes if v["name"] == "meta"),
        )


def _too_deep(model: type[BaseModel], part: str) -> ValidationError:
    said = PydanticCustomError("too_deep", "is nested more than {deepest} deep: make it flatter", {"deepest": DEEPEST})
    return ValidationError.from_exception_data(model.__name__, [InitErrorDetails(type=said, loc=(part,), input=None)])


def _passed(spec: Object, status: Object) -> tuple[str, str] | None:
    if "completionTime" not in status or (status.get("verdict") or {}).get("result") != "Pass":
        return None
    return sys.intern(spec.get("group") or "default"), status["completionTime"]


def _dataset(spec: Object, status: Object) -> str:
    if not (status.get("provenance") or {}).get("datasetDigest"):
        return ""
    return ((spec.get("evaluation") or {}).get("dataset") or {}).get("ref") or ""


def _stored_pod(obj: Object) -> StoredPod:
    labels = obj["metadata"].get("labels") or {}
    return StoredPod(
        labels.get(names.LABEL_CONTROLLER_UID, ""), labels.get(names.LABEL_JOB_UID, ""), pod_from_object(obj)
    )
