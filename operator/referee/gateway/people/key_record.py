"""An API key and what is kept of it: only its hash, so that who reads the Secret cannot use it.

One entry of the Secret is one key, so that making and revoking are patches of that entry alone. A plain SHA-256 and
no password hash: there are 256 random bits to guess, and each request has to be looked up.
"""

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from referee.gateway.people.tenants import LABEL

PREFIX = "rfk_"
"""By which a key is told from a token, and found by scanners of repositories."""
_ACCOUNT = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_BYTES = 32
_ID = 16
"""Characters of the hash by which people name a key."""


@dataclass(frozen=True, slots=True)
class Account:
    """A ServiceAccount."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is kept of a key."""

    digest: str
    """SHA-256 of the whole key, hexadecimal."""
    account: Account
    created: datetime
    expires: datetime | None = None
    note: str = ""

    @property
    def id(self) -> str:
        """The entry's name in the Secret."""
        return self.digest[:_ID]

    def expired(self, now: datetime) -> bool:
        """Whether it counts no more."""
        return self.expires is not None and self.expires <= now

    def encoded(self) -> str:
        """As a Secret's `data` holds it."""
        entry = {
            "sha256": self.digest,
            "namespace": self.account.namespace,
            "serviceAccount": self.account.name,
            "created": self.created.isoformat(),
            "expires": self.expires.isoformat() if self.expires else None,
            "note": self.note,
        }
        return base64.b64encode(json.dumps(entry).encode()).decode()


def new_key() -> str:
    """A key that nobody has."""
    return PREFIX + secrets.token_urlsafe(_BYTES)


def digest_of_key(key: str) -> str:
    """What is kept of it."""
    return hashlib.sha256(key.encode()).hexdigest()


def record_of(data: str) -> KeyRecord:
    """Read an entry.

    Raises:
        ValueError: it is none.
    """
    try:
        entry = json.loads(base64.b64decode(data, validate=True))
        expires = entry.get("expires")
        record = KeyRecord(
            digest=str(entry["sha256"]),
            account=_account(str(entry["namespace"]), str(entry["serviceAccount"])),
            created=_moment(entry["created"]),
            expires=_moment(expires) if expires is not None else None,
            note=str(entry.get("note") or ""),
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error
    return record


def _account(namespace: str, name: str) -> Account:
    """Who may write the Secret may still not have us ask for something else than a ServiceAccount."""
    if not LABEL.fullmatch(namespace):
        raise ValueError(f"namespace: {namespace!r} is none")
    if not _ACCOUNT.fullmatch(name):
        raise ValueError(f"serviceAccount: {name!r} is no name")
    return Account(namespace, name)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment
