"""The agent beside an adapter made with eval-hub-sdk: a native sidecar that takes its reports and hands them on.

That SDK posts a result once, swallows what goes wrong and exits with 0. So it is given an address that always
answers, on the pod's own loopback; and the token is the agent's, since nothing that the adapter posts needs one
there. The kubelet ends a native sidecar after the adapter, with the pod's grace: for so long the agent goes on
trying, then it leaves the result as its termination message.

The probe is a command: the agent listens on loopback alone, where the kubelet cannot ask it.
"""

from dataclasses import dataclass

from referee.api import names
from referee.api.exports import OCIExport
from referee.core.container import Manifest, Mounted, container, empty_dir

URL = "http://localhost:8080"
"""Also where eval-hub-sdk sends what it exports to a registry, whatever its callback address is."""

GRACE = 310
"""Of a pod with an agent, in seconds, where the job does not say: five minutes for the agent, and the margin."""
_MARGIN = 10
"""Of the pod's grace, what is left for writing the last message before SIGKILL."""

_TOKEN = "/var/run/secrets/referee"  # noqa: S105 - a path
_SPOOL = "/var/spool/referee"
_DOCKER = "/var/run/secrets/docker"
_TOKEN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Registry:
    """Where the adapter exports to."""

    export: OCIExport | None
    insecure: tuple[str, ...] = ()
    """Registries that are spoken to in plain HTTP."""

    @property
    def environment(self) -> dict[str, str]:
        """What the agent is told of it."""
        if self.export is None:
            return {}
        env = {"REFEREE_OCI_HOST": self.export.host, "REFEREE_OCI_REPOSITORY": self.export.repository}
        env |= {"REFEREE_OCI_INSECURE": ",".join(self.insecure)} if self.insecure else {}
        return env | ({"REFEREE_DOCKER_CONFIG": f"{_DOCKER}/config.json"} if self.export.secret_ref else {})

    @property
    def credentials(self) -> list[Mounted]:
        """Its Secret."""
        if self.export is None or self.export.secret_ref is None:
            return []
        items = [{"key": ".dockerconfigjson", "path": "config.json"}]
        secret = {"secret": {"secretName": self.export.secret_ref.name, "items": items}}
        return [Mounted("docker", secret, _DOCKER, read_only=True)]


def agent(
    image: str, gateway_url: str, meta: Mounted, pod_grace: int, registry: Registry
) -> tuple[Manifest, list[Mounted]]:
    """The agent's container, and what it mounts.

    Args:
        image: the agent's image.
        gateway_url: where it hands reports on to.
        meta: the volume with the adapter's job spec.
        pod_grace: terminationGracePeriodSeconds of the pod.
        registry: where the adapter exports to.
    """
    mounted = [meta, token(_TOKEN), empty_dir("spool", _SPOOL), *registry.credentials]
    env = {
        "REFEREE_GATEWAY_URL": gateway_url,
        "REFEREE_TOKEN": f"{_TOKEN}/token",
        "REFEREE_JOB_SPEC": f"{names.META_DIR}/{names.JOB_SPEC_FILE}",
        "REFEREE_SPOOL": _SPOOL,
        "REFEREE_GRACE_SECONDS": str(agent_grace(pod_grace)),
        **registry.environment,
    }
    made = container(
        names.AGENT_CONTAINER,
        image,
        mounted,
        imagePullPolicy="IfNotPresent",
        command=["python", "-m", "referee_agent"],
        restartPolicy="Always",
        env=[{"name": name, "value": value} for name, value in env.items()],
        resources={"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
        startupProbe={
            # it waits by itself, so that a busy node runs one such program for each pod and not one a second
            "exec": {"command": ["python", "-m", "referee_agent.ready", "20"]},
            "periodSeconds": 1,
            "timeoutSeconds": 30,
            "failureThreshold": 6,
        },
    )
    return made, mounted


def agent_grace(pod_grace: int) -> int:
    """How long the agent goes on trying after it was told to end."""
    return max(pod_grace - _MARGIN, pod_grace // 2)


def token(path: str) -> Mounted:
    """The projected token with which results are reported, and which is good for nothing else."""
    source = {"audience": names.ADAPTER_AUDIENCE, "expirationSeconds": _TOKEN_SECONDS, "path": "token"}
    return Mounted("token", {"projected": {"sources": [{"serviceAccountToken": source}]}}, path, read_only=True)
