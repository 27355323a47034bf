"""The objects: one revision for all, generations, uids, the status subresource, and who hears of changes."""

import asyncio
import json
import uuid
from copy import deepcopy
from datetime import UTC, datetime

from tests.fakeapi.collection import FIRST_REVISION, Change, Collection, Object
from tests.fakeapi.status import ApiFailureError, already_exists, conflict, not_found

_SERVER_FIELDS = ("uid", "creationTimestamp", "generation", "resourceVersion")


class Store:
    def __init__(self) -> None:
        self.revision = FIRST_REVISION
        self.changed = asyncio.Event()

    def get(self, where: Collection, namespace: str, name: str) -> Object:
        try:
            return deepcopy(where.objects[namespace, name])
        except KeyError:
            raise not_found(where, name) from None

    def create(self, where: Collection, namespace: str, body: Object) -> Object:
        obj = deepcopy(body)
        meta = obj.setdefault("metadata", {})
        if not meta.get("name") and meta.get("generateName"):
            meta["name"] = f"{meta['generateName']}{uuid.uuid4().hex[:5]}"
        if (namespace, meta["name"]) in where.objects:
            raise already_exists(where, meta["name"])
        meta |= {"namespace": namespace, "uid": str(uuid.uuid4()), "generation": 1}
        meta["creationTimestamp"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if where.has_status:
            obj.pop("status", None)
        return self._put(where, "ADDED", obj, None)

    def update(self, where: Collection, namespace: str, name: str, new: Object, subresource: str = "") -> Object:
        old = self.get(where, namespace, name)
        wanted = new.get("metadata", {})
        if wanted.get("resourceVersion") not in (None, "", old["metadata"]["resourceVersion"]):
            raise conflict(where, name, "the object has been modified; please apply your changes to the latest version")
        # On /status a wrong uid is let through by a real API server; only the main resource compares it.
        if not subresource and wanted.get("uid") not in (None, "", old["metadata"]["uid"]):
            raise conflict(where, name, "Precondition failed: UID in precondition differs")
        result = self._merged(where, old, new, subresource)
        if result == old:
            return old
        return self._put(where, "MODIFIED", result, old)

    def delete(self, where: Collection, namespace: str, name: str, uid: str | None = None) -> Object:
        obj = self.get(where, namespace, name)
        if uid is not None and obj["metadata"]["uid"] != uid:
            raise conflict(where, name, "Precondition failed: UID in precondition differs")
        del where.objects[namespace, name]
        self._record(where, "DELETED", obj, obj)
        return obj

    def compact(self, where: Collection) -> None:
        """Forget history, so that whoever resumes from before now gets a 410."""
        self.revision += 1
        where.history.clear()
        where.oldest = self.revision

    def since(self, where: Collection, revision: int) -> list[Change]:
        if revision < where.oldest:
            message = f"too old resource version: {revision} ({where.oldest})"
            raise ApiFailureError(410, "Expired", message)
        return [change for change in where.history if change.revision > revision]

    def _merged(self, where: Collection, old: Object, new: Object, subresource: str) -> Object:
        if subresource == "status":
            return {**old, "status": deepcopy(new["status"])} if "status" in new else old
        result = deepcopy(new)
        if where.has_status:
            result.pop("status", None)
            if "status" in old:
                result["status"] = old["status"]
        kept = {name: old["metadata"][name] for name in (*_SERVER_FIELDS, "name", "namespace")}
        result["metadata"] = {**result.get("metadata", {}), **kept}
        if result.get("spec") != old.get("spec"):
            result["metadata"]["generation"] += 1
        return result

    def _put(self, where: Collection, kind: str, obj: Object, before: Object | None) -> Object:
        self._record(where, kind, obj, before)
        meta = obj["metadata"]
        where.objects[meta["namespace"], meta["name"]] = obj
        return deepcopy(obj)

    def _record(self, where: Collection, kind: str, obj: Object, before: Object | None) -> None:
        self.revision += 1
        previous = deepcopy(before)
        obj["metadata"]["resourceVersion"] = str(self.revision)
        where.history.append(Change(self.revision, kind, json.loads(json.dumps(obj)), previous))
        self.changed.set()
        self.changed = asyncio.Event()
