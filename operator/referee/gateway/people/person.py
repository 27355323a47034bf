"""A person, as the API server knows them, acting in one tenant."""

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Identity:
    """What the API server says about a token."""

    user: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Who calls, and for which tenant. A pipeline is a person too."""

    user: str
    """As the audit log has it, such as `system:serviceaccount:team-a:ci`."""
    groups: tuple[str, ...]
    token: str = field(repr=False)
    """What the API server takes as theirs. Of an API key it is its ServiceAccount's."""
    tenant: str
    """The namespace that the request is about."""

    @property
    def digest(self) -> bytes:
        """Of the token; what caches keep instead of it."""
        return digest_of(self.token)


def digest_of(token: str) -> bytes:
    """SHA-256."""
    return hashlib.sha256(token.encode()).digest()
