"""An API server and a namespace of our own on it."""

from dataclasses import dataclass
from typing import Any

from referee.runtime.kube import Kube, Object
from referee.runtime.paths import CONFIG_MAPS, Resource


@dataclass(frozen=True)
class Server:
    kube: Kube
    namespace: str

    def all(self, resource: Resource) -> str:
        return resource.all(self.namespace)

    def one(self, resource: Resource, name: str, subresource: str = "") -> str:
        return resource.one(self.namespace, name, subresource)

    async def config_map(self, name: str, **meta: Any) -> Object:
        return await self.kube.create(self.all(CONFIG_MAPS), config_map(name, **meta))


def config_map(name: str, **meta: Any) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **meta}, "data": {"k": "v"}}
