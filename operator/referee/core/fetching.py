"""Test data: mounted where the cluster holds it, else fetched by an init container of ours before the adapter starts.

Whoever may create a job chooses the address, so it is fetched by a program that checks it, in a pod without any right,
with a limit on its size; the Secret that it needs is mounted there and nowhere else. The adapter sees a directory
that it cannot write to. Rejected: fetching in the adapter, which would need the Secret, and every framework its own
client of five protocols.
"""

import json
from dataclasses import dataclass

from referee.api import names
from referee.api.meta import SecretRef
from referee.api.testdata import TestData
from referee.core.container import Manifest, Mounted, container, empty_dir

SECRET_DIR = "/var/run/secrets/test-data"  # noqa: S105 - a path
_VOLUME = "test-data"


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What the operator's settings say of fetching."""

    max_bytes: int = 10 * 1024**3
    networks: tuple[str, ...] = ()
    """Networks that are fetched from although they are private."""
    hf_endpoint: str = ""
    """Another hub than Hugging Face's own."""

    def environment(self, data: TestData) -> dict[str, str]:
        """What the fetching program is told."""
        env = {
            "REFEREE_TEST_DATA": json.dumps(source(data), separators=(",", ":")),
            "REFEREE_TEST_DATA_MAX_BYTES": str(self.max_bytes),
            "REFEREE_TEST_DATA_NETWORKS": ",".join(self.networks),
        }
        return env | ({"HF_ENDPOINT": self.hf_endpoint} if self.hf_endpoint else {})


def fetched(data: TestData | None) -> bool:
    """Whether the data has to be fetched first."""
    return data is not None and data.pvc is None and data.config_map is None


def source(data: TestData) -> Manifest:
    """The one source, as the manifest has it, without the reference to its Secret: it is there as files."""
    wire = {name: value for name, value in data.wire().items() if value is not None}
    return {name: {k: v for k, v in value.items() if k != "secretRef"} for name, value in wire.items()}


def secret_ref(data: TestData) -> SecretRef | None:
    """The Secret that the source needs, if it does."""
    return next((s.secret_ref for s in (data.http, data.s3, data.git, data.hf) if s is not None), None)


def as_seen(data: TestData, limits: FetchLimits) -> Mounted:
    """The data as the adapter sees it."""
    at = names.TEST_DATA_DIR
    if data.config_map is not None:
        return Mounted(_VOLUME, {"configMap": {"name": data.config_map.name}}, at, read_only=True)
    if data.pvc is not None:
        claim = {"persistentVolumeClaim": {"claimName": data.pvc.claim_name, "readOnly": True}}
        return Mounted(_VOLUME, claim, at, read_only=True, sub_path=data.pvc.sub_path)
    return Mounted(_VOLUME, empty_dir(_VOLUME, at, limits.max_bytes).source, at, read_only=True)


def fetcher(data: TestData, image: str, limits: FetchLimits) -> tuple[Manifest, list[Mounted]]:
    """The init container that fetches the data, and what it mounts."""
    mounted = [
        empty_dir(_VOLUME, names.TEST_DATA_DIR, limits.max_bytes),
        empty_dir("fetch-tmp", "/tmp", limits.max_bytes),  # noqa: S108 - a path in the pod
    ]
    if (secret := secret_ref(data)) is not None:
        mounted.append(Mounted("test-data-secret", {"secret": {"secretName": secret.name}}, SECRET_DIR, read_only=True))
    env = {"HOME": "/tmp", **limits.environment(data)}  # noqa: S108 - a path in the pod
    made = container(
        names.TEST_DATA_CONTAINER,
        image,
        mounted,
        imagePullPolicy="IfNotPresent",
        command=["python", "-m", "referee_agent.fetch"],
        env=[{"name": name, "value": value} for name, value in env.items()],
        resources={"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "1Gi"}},
    )
    return made, mounted
