"""Adapters made with the published SDK, as Providers: one that behaves, one that crashes, one that babbles."""

from pathlib import Path
from typing import Any

from tests.e2e.team import SOON, Team, benchmark_of
from tests.testbed.api_client import Json
from tests.testbed.images import EVALHUB
from tests.testbed.node import provide_image

_SCRIPTS = Path(__file__).with_name("adapters_of_others")
KINDS = ("behaving", "crashing", "garbage")


def provide(team: Team, **adapter: Any) -> None:
    """The three of them; what is given goes over their `adapter`."""
    image = provide_image(team.cluster, EVALHUB)
    for kind in KINDS:
        usual = {
            "image": image,
            "contract": "evalhub-v1",
            "command": ["python", "-c", (_SCRIPTS / f"{kind}.py").read_text()],
            "resources": {"requests": {"cpu": "10m", "memory": "96Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}},
        }
        team.provide(kind, **(usual | adapter))


def apply(team: Team, name: str, kind: str, parameters: Json | None = None, **spec: Any) -> Json:
    """A job of one of them, which is not repeated."""
    benchmark = {"parameters": parameters or {}} | spec.pop("benchmark", {})
    return team.apply(name, provider=kind, benchmark=benchmark, backoffLimit=0, **spec)


def ended(team: Team, name: str, seconds: float = SOON) -> Json:
    """The benchmark's status, as soon as the job is over."""
    return benchmark_of(team.status(lambda status: "completionTime" in status, name, seconds))


def log(team: Team, name: str, container: str = "adapter") -> str:
    """What a container of the job's newest pod has printed."""
    pod = team.pod(name)["metadata"]["name"]
    return team.cluster.api.text(f"{team.pods_path(pod)}/log", container=container)
