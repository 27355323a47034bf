"""What the containers of an adapter's pod have in common: how they are confined, and how a volume gets into one.

A volume is named together with its place in a container (`Mounted`), so that a pod's list of volumes is what its
containers mount and nothing else; the same volume in two containers is one entry.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Manifest = dict[str, Any]

POD_SECURITY: Manifest = {
    "runAsNonRoot": True,
    "runAsUser": 65532,
    "runAsGroup": 65532,
    "fsGroup": 65532,
    "seccompProfile": {"type": "RuntimeDefault"},
}
_CONFINED: Manifest = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


@dataclass(frozen=True, slots=True)
class Mounted:
    """A volume of the pod and where a container sees it."""

    name: str
    source: Manifest
    path: str
    read_only: bool = False
    sub_path: str | None = None

    @property
    def mount(self) -> Manifest:
        """The entry of `volumeMounts`."""
        return {
            "name": self.name,
            "mountPath": self.path,
            **({"readOnly": True} if self.read_only else {}),
            **({"subPath": self.sub_path} if self.sub_path else {}),
        }


def container(name: str, image: str, mounted: Iterable[Mounted], **more: Any) -> Manifest:  # noqa: ANN401 - manifest
    """A container of an adapter's pod; `more` are fields of its own."""
    return {
        "name": name,
        "image": image,
        **more,
        "securityContext": _CONFINED,
        "volumeMounts": [volume.mount for volume in mounted],
    }


def volumes(mounted: Iterable[Mounted]) -> list[Manifest]:
    """The pod's volumes: each that a container mounts, once."""
    return [{"name": name, **source} for name, source in {m.name: m.source for m in mounted}.items()]


def empty_dir(name: str, path: str, size_limit: int | None = None) -> Mounted:
    """A directory that lives as long as the pod."""
    return Mounted(name, {"emptyDir": {"sizeLimit": str(size_limit)} if size_limit else {}}, path)


def projected_fields(path_of: dict[str, str]) -> Manifest:
    """Items of a downward API volume: fields of the pod by the file that holds them."""
    return {"items": [{"path": path, "fieldRef": {"fieldPath": field}} for path, field in path_of.items()]}
