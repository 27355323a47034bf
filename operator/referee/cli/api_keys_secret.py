"""What `referee api-keys` does to a cluster, with the rights of whoever calls it.

Making a key writes two things: the key's hash into the gateway's Secret, and, beside the ServiceAccount, a Role that
lets the gateway make tokens of this one account. The API server lets nobody write such a Role who may not make these
tokens themselves: nobody can hand out an account that is not theirs. The Role comes first; a key that is printed works.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from referee.api.names import API_KEYS_SECRET
from referee.clock import utc_now
from referee.gateway.people.key_record import Account, KeyRecord, digest_of_key, new_key, record_of
from referee.runtime.errors import AlreadyExists, Forbidden, NotFound
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import SECRETS, SERVICE_ACCOUNTS, Resource

_RBAC = "rbac.authorization.k8s.io"
_ROLES = Resource(_RBAC, "v1", "roles", "Role")
_BINDINGS = Resource(_RBAC, "v1", "rolebindings", "RoleBinding")
_LABELS = {"app.kubernetes.io/name": "referee", "app.kubernetes.io/component": "api-keys"}


class NoSuchKeyError(Exception):
    """There is no key of this id."""


@dataclass(frozen=True, slots=True)
class GatewayPlace:
    """The gateway that keys are for."""

    namespace: str
    account: str = "referee-gateway"
    """Its ServiceAccount."""
    secret: str = API_KEYS_SECRET


@dataclass(frozen=True, slots=True)
class Listed:
    """What is in the Secret."""

    records: Sequence[KeyRecord]
    unreadable: Sequence[str] = field(default=())
    """Entries that are none."""


class ApiKeysSecret:
    """The keys of one gateway, as somebody's kubectl sees them."""

    def __init__(self, kube: Kube, gateway: GatewayPlace) -> None:
        self._kube = kube
        self._gateway = gateway

    async def create(self, account: Account, *, expires: datetime | None = None, note: str = "") -> tuple[str, str]:
        """A new key and its id; the key stands nowhere else.

        Raises:
            ApiError: the account is not there, or the caller lacks a right.
        """
        await self._kube.get(SERVICE_ACCOUNTS.one(account.namespace, account.name))
        await self._grant(account)
        key = new_key()
        record = KeyRecord(digest_of_key(key), account, utc_now(), expires, note)
        await self._put(record)
        return key, record.id

    async def read(self) -> Listed:
        """Every key, the oldest first."""
        try:
            secret = await self._kube.get(self._where)
        except NotFound:
            return Listed(())
        records, unreadable = [], []
        for name, entry in (secret.get("data") or {}).items():
            try:
                records.append(record_of(entry))
            except ValueError:
                unreadable.append(name)
        return Listed(sorted(records, key=lambda record: record.created), unreadable)

    async def revoke(self, key_id: str) -> bool:
        """Take a key away; whether the gateway keeps no right on its account, since this was the last key.

        Raises:
            NoSuchKeyError: there is none.
        """
        records = (await self.read()).records
        record = next((record for record in records if record.id == key_id), None)
        if record is None:
            raise NoSuchKeyError(key_id)
        await self._kube.merge_patch(self._where, {"data": {key_id: None}})
        if any(other.account == record.account for other in records if other is not record):
            return False
        return await self._withdraw(record.account)

    @property
    def _where(self) -> str:
        return SECRETS.one(self._gateway.namespace, self._gateway.secret)

    def _role(self, account: Account) -> str:
        return f"{self._gateway.account}-key-{account.name}"

    async def _put(self, record: KeyRecord) -> None:
        data = {"data": {record.id: record.encoded()}}
        with contextlib.suppress(NotFound):
            await self._kube.merge_patch(self._where, data)
            return
        meta = {"name": self._gateway.secret, "labels": _LABELS}
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": "Opaque", **data}
        try:
            await self._kube.create(SECRETS.all(self._gateway.namespace), secret)
        except AlreadyExists:
            await self._kube.merge_patch(self._where, data)

    async def _grant(self, account: Account) -> None:
        name = self._role(account)
        meta = {"name": name, "labels": _LABELS}
        rule = {
            "apiGroups": [""],
            "resources": ["serviceaccounts/token"],
            "resourceNames": [account.name],
            "verbs": ["create"],
        }
        subject = {"kind": "ServiceAccount", "name": self._gateway.account, "namespace": self._gateway.namespace}
        await self._ensure(_ROLES, account.namespace, {"metadata": meta, "rules": [rule]})
        await self._ensure(
            _BINDINGS,
            account.namespace,
            {
                "metadata": meta,
                "roleRef": {"apiGroup": _RBAC, "kind": "Role", "name": name},
                "subjects": [subject],
            },
        )

    async def _ensure(self, resource: Resource, namespace: str, body: Object) -> None:
        """Make it unless it is there; an administrator may have made it for somebody who may not."""
        try:
            await self._kube.create(resource.all(namespace), body)
        except AlreadyExists:
            return
        except Forbidden as error:
            try:
                await self._kube.get(resource.one(namespace, body["metadata"]["name"]))
            except (Forbidden, NotFound):
                raise error from None

    async def _withdraw(self, account: Account) -> bool:
        try:
            for resource in (_BINDINGS, _ROLES):
                await self._kube.delete(resource.one(account.namespace, self._role(account)))
        except NotFound:
            pass
        except Forbidden:
            return False
        return True
