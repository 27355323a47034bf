"""A team's namespace as its members see it: manifests in; status, Jobs and pods out.

Every namespace enforces PodSecurity `restricted`. Pods are cheap ones of a scripted adapter, many of which run at
once on a node of two cores; a test starts what it needs before it waits for anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.testbed.api_client import Json
from tests.testbed.cluster import Cluster
from tests.testbed.waiting import wait_for

GROUP = "/apis/referee.dev/v1alpha1"
CATALOGUE = "referee"
PROVIDER = "scripted"
SOON = 60.0
"""Seconds for what takes a few on an idle machine."""

_SCRIPT = Path(__file__).with_name("scripted.py")


@dataclass(frozen=True)
class Team:
    """Somebody's namespace."""

    cluster: Cluster
    namespace: str
    model_url: str

    def provide(self, name: str = PROVIDER, **adapter: Any) -> None:
        """A Provider of the scripted adapter; what is given goes over its `adapter`."""
        usual = {
            "image": adapter_image(self.cluster),
            "command": ["python", "-c", _SCRIPT.read_text()],
            "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
        }
        benchmark = {"id": "b", "metrics": [{"name": "acc"}], "primaryScore": {"metric": "acc"}}
        spec = {"adapter": usual | adapter, "benchmarks": [benchmark]}
        self._create("Provider", name, spec)

    def apply(self, name: str, *do: Any, provider: str = PROVIDER, **spec: Any) -> Json:
        """An EvaluationJob of one benchmark, whose pod does this; what is given besides goes into its spec."""
        benchmark = {"id": "b", "provider": provider, "parameters": {"do": list(do) or ["ask"]}}
        benchmark |= spec.pop("benchmark", {})
        model = {"url": self.model_url, "name": "scripted"} | spec.pop("model", {})
        return self._create("EvaluationJob", name, {"model": model, "benchmarks": [benchmark], **spec})

    def edit(self, name: str, **spec: Any) -> None:
        """Change fields of the job's spec."""
        self.cluster.api.patch(self.path(name), {"spec": spec})

    def phase(self, phase: str, name: str, seconds: float = SOON) -> Json:
        """The job's status as soon as it is in this phase."""
        return self.status(lambda status: status.get("phase") == phase, name, seconds)

    def status(self, until: Callable[[Json], Any], name: str, seconds: float = SOON) -> Json:
        """The job's status as soon as the condition holds for it."""
        found = self.cluster.api.wait(self.path(name), lambda job: until(job["status"]), seconds)
        status: Json = found["status"]
        return status

    def children(self, name: str) -> list[Json]:
        """The job's child Jobs, the oldest attempt first."""
        found: list[Json] = self.cluster.api.get(self.jobs, labelSelector=_of(name))["items"]
        return sorted(found, key=lambda job: int(job["metadata"]["labels"]["referee.dev/attempt"]))

    def pods(self, name: str) -> list[Json]:
        """The job's pods, of all attempts, the oldest first."""
        found: list[Json] = self.cluster.api.get(self.pods_path(), labelSelector=_of(name))["items"]
        return sorted(found, key=lambda pod: str(pod["metadata"]["creationTimestamp"]))

    def pod(self, name: str) -> Json:
        """The newest pod of the job, as soon as there is one."""
        return wait_for(lambda: self.pods(name), f"a pod of {name}", SOON)[-1]

    def wait_until_gone(self, name: str) -> None:
        """Return when the job has neither child Jobs nor pods."""
        wait_for(lambda: not (self.children(name) or self.pods(name)), f"Jobs and pods of {name} to go", SOON)

    def seconds_until_told(self, name: str, reason: str) -> float:
        """From the creation of a job to the Event with this reason, which is there already or soon."""
        path = f"/api/v1/namespaces/{self.namespace}/events"
        which = f"involvedObject.name={name},reason={reason}"
        events = wait_for(lambda: self.cluster.api.get(path, fieldSelector=which)["items"], f"Event {reason}", SOON)
        created = self.cluster.api.get(self.path(name))["metadata"]["creationTimestamp"]
        told = datetime.fromisoformat(events[0]["firstTimestamp"])
        return (told - datetime.fromisoformat(created)).total_seconds()

    def path(self, name: str) -> str:
        """Path of an EvaluationJob."""
        return f"{GROUP}/namespaces/{self.namespace}/evaluationjobs/{name}"

    @property
    def jobs(self) -> str:
        """Path of the Jobs."""
        return f"/apis/batch/v1/namespaces/{self.namespace}/jobs"

    def pods_path(self, name: str = "") -> str:
        """Path of the pods, or of one."""
        return f"/api/v1/namespaces/{self.namespace}/pods{name and f'/{name}'}"

    def _create(self, kind: str, name: str, spec: Json) -> Json:
        body = {"apiVersion": "referee.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}
        plural = f"{kind.lower()}s"
        return self.cluster.api.post(f"{GROUP}/namespaces/{self.namespace}/{plural}", body, fieldValidation="Strict")


def benchmark_of(status: Json) -> Json:
    """The only benchmark's status."""
    found: Json = (status.get("benchmarks") or [{}])[0]
    return found


def adapter_image(cluster: Cluster) -> str:
    """The image of the built-in adapter, which holds `referee_adapter`, as the catalogue names it."""
    provider = cluster.api.get(f"{GROUP}/namespaces/{CATALOGUE}/providers/lm-evaluation-harness")
    image: str = provider["spec"]["adapter"]["image"]
    return image


def _of(name: str) -> str:
    return f"referee.dev/evaluationjob={name}"
