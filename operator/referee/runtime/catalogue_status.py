"""One look at one object that jobs refer to: a write of its status where that does not say what is true."""

from typing import Any

from referee.clock import utc_now
from referee.runtime.catalogue import Lookup
from referee.runtime.errors import Conflict, NotFound
from referee.runtime.informers import CatalogueKey
from referee.runtime.kube import Kube
from referee.runtime.watched import Watched


class CatalogueReconciler:
    """Keeps Ready, and what is known of each object, right."""

    def __init__(self, kube: Kube, watched: Watched, lookup: Lookup) -> None:
        self._kube = kube
        self._watched = watched
        self._lookup = lookup

    async def reconcile(self, wanted: CatalogueKey) -> float | None:
        """Look at one object."""
        resource, key = wanted.resource, wanted.key
        cache = self._watched.catalogue[resource]
        found = self._lookup.status(resource, key, utc_now())
        if found is None or found[0] == found[1]:
            return None
        stands, should = (status.wire() for status in found)
        gone: dict[str, Any] = {field: None for field in stands if field not in should}
        body = {"metadata": {"resourceVersion": str(cache.version(key))}, "status": {**gone, **should}}
        try:
            cache.upsert(await self._kube.merge_patch(resource.one(*key, "status"), body))
        except Conflict:
            cache.upsert(await self._kube.get(resource.one(*key)))
            return 0.0
        except NotFound:
            return None
        return None
