"""API keys: each stands for one ServiceAccount, whose short-lived token takes the key's place at once.

So a key can do what RBAC gives that account, and the audit log names it. The keys' hashes are in one Secret of the
gateway's own namespace, which is read and not watched: a Role can name one Secret for `get`, while `watch` of one is
a list of all to some clients and a right too many. It is read again every half minute, and for a key that is not in
it, at most once a second for everybody together; who asks meanwhile waits for that one answer. A key is looked up by
its hash: the work is the same however many there are, and what is compared is nothing that a caller could choose.
"""

import asyncio
import logging

from referee.api.names import API_KEYS_SECRET
from referee.clock import utc_now
from referee.gateway.errors import Refusal, Unauthenticated
from referee.gateway.faults import undecided
from referee.gateway.people.account_tokens import AccountTokens
from referee.gateway.people.key_record import PREFIX, Account, KeyRecord, digest_of_key, record_of
from referee.runtime.errors import ApiError, NotFound
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import SECRETS

__all__ = ["PREFIX", "ApiKeys"]

log = logging.getLogger(__name__)

_READ_EVERY = 30.0
"""Seconds that a revoked key may still count."""
_READ_AT_MOST_EVERY = 1.0


class ApiKeys:
    """The keys of one gateway."""

    def __init__(self, kube: Kube, namespace: str, secret: str = API_KEYS_SECRET) -> None:
        """Take where the Secret is; `kube` is the gateway's own."""
        self._kube = kube
        self._where = SECRETS.one(namespace, secret)
        self._secret = f"{namespace}/{secret}"
        self._tokens = AccountTokens(kube)
        self._records: dict[str, KeyRecord] = {}
        self._read_at = self._tried_at = float("-inf")
        self._begun = self._ended = 0
        """Readings; one that was under way when a key came may not have seen it."""
        self._failure: Refusal | None = None
        self._reading = asyncio.Lock()

    async def token(self, key: str) -> str:
        """A token of the ServiceAccount that the key stands for.

        Raises:
            Unauthenticated: no such key, or one that has expired or whose account is gone.
            Unavailable: the API server does not say.
        """
        return await self._tokens.of(await self._account(key))

    async def forget(self, key: str) -> None:
        """Have the account's token made anew: this one is not accepted."""
        self._tokens.forget(await self._account(key))

    async def _account(self, key: str) -> Account:
        if self._read_at <= asyncio.get_running_loop().time() - _READ_EVERY:
            await self._read_after(self._ended)
        digest = digest_of_key(key)
        if digest not in self._records:
            await self._read_after(self._begun)
        record = self._records.get(digest)
        if record is None:
            raise Unauthenticated("the API key is not known here: it was revoked, or made for another gateway")
        if record.expires is not None and record.expired(utc_now()):
            raise Unauthenticated(f"the API key {record.id} expired at {record.expires}; make a new one")
        return record.account

    async def _read_after(self, number: int) -> None:
        """Have the Secret read by us or by somebody else: any reading but the first `number` is new enough."""
        async with self._reading:
            if self._ended <= number:
                wait = self._tried_at + _READ_AT_MOST_EVERY - asyncio.get_running_loop().time()
                if wait > 0:
                    await asyncio.sleep(wait)
                await self._read()
        if self._failure is not None:
            raise self._failure

    async def _read(self) -> None:
        self._begun += 1
        now = self._tried_at = asyncio.get_running_loop().time()
        try:
            secret: Object = await self._kube.get(self._where)
        except NotFound:
            secret = {}
        except ApiError as error:
            self._failure, self._ended = undecided(error), self._begun
            return
        records = (self._record(name, entry) for name, entry in (secret.get("data") or {}).items())
        self._records = {record.digest: record for record in records if record is not None}
        self._read_at, self._failure, self._ended = now, None, self._begun

    def _record(self, name: str, entry: str) -> KeyRecord | None:
        try:
            return record_of(entry)
        except ValueError as error:
            # The entry's text is not logged, whatever it is.
            log.warning("Secret %s, entry %s is no API key: %s", self._secret, name, type(error).__name__)
            return None
