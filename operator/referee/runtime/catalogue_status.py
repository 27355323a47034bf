"""One look at one Provider or Collection: a write of its status where that does not say what is true."""

from referee.clock import utc_now
from referee.runtime.catalogue import Lookup
from referee.runtime.errors import Conflict, NotFound
from referee.runtime.informers import CatalogueKey
from referee.runtime.kube import Kube
from referee.runtime.paths import PROVIDERS
from referee.runtime.watched import Watched


class CatalogueReconciler:
    """Keeps Ready and the benchmark count of providers and collections right."""

    def __init__(self, kube: Kube, watched: Watched, lookup: Lookup) -> None:
        self._kube = kube
        self._watched = watched
        self._lookup = lookup

    async def reconcile(self, wanted: CatalogueKey) -> float | None:
        """Look at one object."""
        resource, key = wanted.resource, wanted.key
        is_provider = resource is PROVIDERS
        cache = self._watched.providers if is_provider else self._watched.collections
        look = self._lookup.provider_status if is_provider else self._lookup.collection_status
        found = look(key, utc_now())
        if found is None or found[0] == found[1]:
            return None
        body = {"metadata": {"resourceVersion": str(cache.version(key))}, "status": found[1].wire()}
        try:
            cache.upsert(await self._kube.merge_patch(resource.one(*key, "status"), body))
        except Conflict:
            cache.upsert(await self._kube.get(resource.one(*key)))
            return 0.0
        except NotFound:
            return None
        return None
