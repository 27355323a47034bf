"""What one adapter process is started with: command, environment, files; or why it cannot be started here.

Asked for every benchmark when a job is resolved, so that a claim that no laptop has, or a Secret that was not
given, ends the job before its first benchmark has cost an hour; and again when a child is started. What a cluster
would report of a waiting pod is a refusal here: nothing that is missing can still come.
"""

import importlib.util
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.names import ANNOTATION_LOCAL_PATH
from referee.api.pod import ConfigMapKeyRef, EnvVar, SecretKeyRef
from referee.api.provider import Adapter
from referee.api.runplan import PlannedBenchmark, RunPlan
from referee.api.testdata import ClaimSource
from referee.core.evaluationspec import judge_secrets
from referee.core.fetching import FetchLimits, fetched, secret_ref, source
from referee.core.refusal import Refusal
from referee.local.objects import Files, KeyedObject


class Obstacle(Exception):  # noqa: N818 - becomes a job's reason, it is no failure of ours
    """Something that a cluster may have and this machine, or these files, have not."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.refusal = Refusal(reason, message)


@dataclass(frozen=True, slots=True)
class Launch:
    """How one benchmark's adapter is started. Holds secrets: never shown, never written but where it says so."""

    command: list[str]
    environment: dict[str, str] = field(repr=False)
    test_data: Files | Path | None = None
    """What is there already: the content of files, or a directory."""
    fetch: "Fetch | None" = None
    """What has to be fetched before the adapter starts."""
    credentials: Files | None = field(default=None, repr=False)
    """The model's Secret."""
    judges: dict[int, Files] = field(default_factory=dict, repr=False)
    """Those of judges, by their place in the job."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """How test data is fetched; holds secrets, like `Launch`."""

    environment: dict[str, str] = field(repr=False)
    credentials: Files | None = field(default=None, repr=False)


def launch(job: EvaluationJob, plan: RunPlan, planned: PlannedBenchmark, objects: Sequence[KeyedObject]) -> Launch:
    """How the adapter of a benchmark is started.

    Raises:
        Obstacle: it cannot be started here.
    """
    found = _Objects(objects, job.metadata.namespace)
    adapter = plan.adapters[planned.provider]
    environment = _environment(job, planned, adapter, found)
    if job.spec.exports.mlflow is not None and not environment.get("MLFLOW_TRACKING_URI"):
        said = "spec.exports.mlflow: no MLflow is known here: set MLFLOW_TRACKING_URI, or leave it out"
        raise Obstacle(Reason.MLFLOW_NOT_CONFIGURED, said)
    return Launch(
        command=_command(planned.provider, adapter, environment),
        environment=environment,
        test_data=_test_data(planned, found),
        fetch=_fetch(planned, found),
        credentials=_credentials(job, found),
        judges={
            number: found.required("Secret", secret, f"evaluator {name!r}: llm.model.auth.secretRef")
            for number, name, secret in judge_secrets(plan)
        },
    )


class _Objects:
    """The given ConfigMaps and Secrets, as one namespace sees them."""

    def __init__(self, objects: Sequence[KeyedObject], namespace: str) -> None:
        self._objects = objects
        self._namespace = namespace

    def files(self, kind: str, name: str) -> Files | None:
        return next(
            (o.files for o in self._objects if (o.kind, o.namespace, o.name) == (kind, self._namespace, name)), None
        )

    def directory(self, claim: str) -> Path | None:
        """Where a claim's content is on this machine."""
        given = (o for o in self._objects if (o.kind, o.namespace) == ("PersistentVolumeClaim", self._namespace))
        return next((o.directory for o in given if o.name == claim), None)

    def required(self, kind: str, name: str, where: str) -> Files:
        files = self.files(kind, name)
        if files is not None:
            return files
        elsewhere = next((o.namespace for o in self._objects if (o.kind, o.name) == (kind, name)), None)
        remedy = (
            f"one of that name is given for namespace {elsewhere!r}; put it into {self._namespace!r}"
            if elsewhere
            else f"give its manifest as another FILE (kubectl get {kind.lower()} {name} -o yaml prints it)"
        )
        raise Obstacle(Reason.MISSING_SECRET, f"{where}: no {kind} {name!r} among the files: {remedy}")


def _command(provider: str, adapter: Adapter, environment: dict[str, str]) -> list[str]:
    where = f"Provider {provider!r}: spec.adapter.localCommand"
    command = [*(adapter.local_command or adapter.command), *adapter.args]
    if not adapter.local_command and not adapter.command:
        said = f"{where}: is not set, and an image alone cannot be run here; say how the adapter is started"
        raise Obstacle(Reason.CONTAINER_CANNOT_RUN, said)
    if command[0] == "python":
        command[0] = sys.executable
    program = shutil.which(command[0], path=environment.get("PATH"))
    if program is None:
        said = f"{where}: there is no program {command[0]!r} here; install it, or name another"
        raise Obstacle(Reason.CONTAINER_CANNOT_RUN, said)
    return [program, *command[1:]]


def _environment(job: EvaluationJob, planned: PlannedBenchmark, adapter: Adapter, objects: _Objects) -> dict[str, str]:
    """The user's own, then the provider's, then the job's; a later one wins by name, as in a pod."""
    environment = dict(os.environ)
    layers = ((adapter.env, f"Provider {planned.provider!r}: spec.adapter.env"), (job.spec.pod.env, "spec.pod.env"))
    for entries, where in layers:
        for entry in entries:
            environment.pop(entry.name, None)
            value = _value(entry, f"{where}[{entry.name}]", objects)
            if value is not None:
                environment[entry.name] = value
    return environment


def _value(entry: EnvVar, where: str, objects: _Objects) -> str | None:
    if entry.value_from is None:
        return entry.value
    ref: SecretKeyRef | None = entry.value_from.secret_key_ref or entry.value_from.config_map_key_ref
    if ref is None:
        return None
    kind = "ConfigMap" if isinstance(ref, ConfigMapKeyRef) else "Secret"
    files = (objects.files(kind, ref.name) or {}) if ref.optional else objects.required(kind, ref.name, where)
    if ref.key in files:
        return files[ref.key].decode(errors="surrogateescape")
    if ref.optional:
        return None
    raise Obstacle(Reason.MISSING_SECRET, f"{where}: {kind} {ref.name!r} has no key {ref.key!r}; add it")


def _test_data(planned: PlannedBenchmark, objects: _Objects) -> Files | Path | None:
    data = planned.test_data
    if data is None or fetched(data):
        return None
    where = f"benchmark {planned.provider}/{planned.id}: testData"
    if data.config_map is not None:
        return objects.required("ConfigMap", data.config_map.name, f"{where}.configMap")
    return _claimed(data.pvc, objects, f"{where}.pvc") if data.pvc is not None else None


def _claimed(source: ClaimSource, objects: _Objects, where: str) -> Path:
    directory = objects.directory(source.claim_name)
    if directory is None:
        said = (
            f"{where}: the claim {source.claim_name!r} lives in a cluster; give its manifest among the files, with the"
            f" annotation {ANNOTATION_LOCAL_PATH} (a directory), put the data into a ConfigMap, or run it there"
        )
        raise Obstacle(Reason.MISSING_VOLUME, said)
    path = directory / (source.sub_path or "")
    if not path.is_dir():
        raise Obstacle(Reason.MISSING_VOLUME, f"{where}.subPath: {path} is no directory; correct it")
    return path


_NEEDED = {"s3": "obstore", "git": "dulwich", "hf": "huggingface_hub"}
"""What the program that fetches test data imports for a source."""
_EVERYWHERE = ("0.0.0.0/0", "::/0")
"""On one's own machine nothing is out of reach that a manifest of one's own names."""


def _fetch(planned: PlannedBenchmark, objects: _Objects) -> Fetch | None:
    data = planned.test_data
    if data is None or not fetched(data):
        return None
    (kind,) = source(data)
    where = f"benchmark {planned.provider}/{planned.id}: testData.{kind}"
    missing = [m for m in ("referee_agent", _NEEDED.get(kind, "referee_agent")) if importlib.util.find_spec(m) is None]
    if missing:
        said = f"{where}: what fetches it is not installed here; pip install 'referee[agent]'"
        raise Obstacle(Reason.TEST_DATA_FAILED, said)
    ref = secret_ref(data)
    limits = FetchLimits(networks=_EVERYWHERE)
    return Fetch(
        environment={**os.environ, **limits.environment(data)},
        credentials=objects.required("Secret", ref.name, f"{where}.secretRef") if ref is not None else None,
    )


def _credentials(job: EvaluationJob, objects: _Objects) -> Files | None:
    """The Secret's keys; its ca.crt under both names that adapters look for, as in a pod."""
    if job.spec.credentials is None:
        return None
    files = objects.required("Secret", job.spec.credentials.name, "spec.model.auth.secretRef")
    return files | ({"ca_cert": files["ca.crt"]} if "ca.crt" in files else {})
