"""Whose token this is, decided here with the API server's public keys: no call for each event.

An adapter's token is a projected one: signed by the API server, for the audience `referee-adapter`, good for an hour
and bound to a pod. Checked are signature, issuer, audience and times; whether that pod still lives is for `callers` to
say. TokenReview was the other way: a call for each event, a ClusterRoleBinding, and it says yes for up to 10 s after
the pod is gone.

A key we do not have is looked up before anything is refused, at most once a second for all callers together; who asks
meanwhile waits for that one answer. The keys are read anew now and then, so that a withdrawn one stops counting.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

import jwt

from referee.gateway.errors import Refusal, Unauthenticated
from referee.gateway.faults import undecided
from referee.runtime.errors import ApiError
from referee.runtime.kube import Kube
from referee.runtime.transport import Call

log = logging.getLogger(__name__)

_JWKS = Call("GET", "/openid/v1/jwks", accept="application/jwk-set+json")
"""An API server gives its keys as nothing but this type."""
_DISCOVERY = "/.well-known/openid-configuration"
_ALGORITHMS = frozenset({"RS256", "ES256", "ES384", "ES512"})
"""What an API server signs with. The key says which one; a token's header is never believed."""
_RELOAD_EVERY = 300.0
"""Seconds."""
_RELOAD_AT_MOST_EVERY = 1.0
_LEEWAY = 5.0
"""Seconds that two nodes' clocks may differ."""


@dataclass(frozen=True, slots=True)
class PodIdentity:
    """The pod that a token is bound to."""

    namespace: str
    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class _Trust:
    issuer: str
    keys: dict[str, jwt.PyJWK]


class TokenChecker:
    """Checks tokens for one audience."""

    def __init__(self, kube: Kube, audience: str) -> None:
        self._kube = kube
        self._audience = audience
        self._trust = _Trust("", {})
        self._tried_at = float("-inf")
        self._loaded_at = float("-inf")
        self._loading = asyncio.Lock()

    async def check(self, token: str) -> PodIdentity:
        """The pod that the token is bound to.

        Raises:
            Unauthenticated: it is no valid token of this audience.
            Unavailable: the keys cannot be read.
        """
        try:
            key = await self._key(str(jwt.get_unverified_header(token).get("kid")))
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self._audience,
                issuer=self._trust.issuer,
                leeway=_LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud"]},
            )
        except jwt.PyJWTError as error:
            raise Unauthenticated(f"the token is not valid here: {error}") from None
        return _pod(claims)

    async def refresh(self) -> None:
        """Read the keys now and then, until cancelled; the first time at once."""
        while True:
            try:
                await self._load()
                wait = _RELOAD_EVERY
            except Refusal as error:
                log.warning("%s", error)
                wait = _RELOAD_AT_MOST_EVERY
            await asyncio.sleep(wait)

    @property
    def primed(self) -> bool:
        """Whether there are keys."""
        return bool(self._trust.keys)

    async def _key(self, kid: str) -> jwt.PyJWK:
        if (key := self._trust.keys.get(kid)) is None:
            await self._load_since(asyncio.get_running_loop().time())
            key = self._trust.keys.get(kid)
        if key is None:
            raise Unauthenticated("the token was not signed by this cluster's API server")
        return key

    async def _load_since(self, asked: float) -> None:
        """Have the keys read after the moment `asked`, by us or by somebody else."""
        async with self._loading:
            if self._loaded_at > asked:
                return
            wait = self._tried_at + _RELOAD_AT_MOST_EVERY - asyncio.get_running_loop().time()
            if wait > 0:
                await asyncio.sleep(wait)
            await self._load()

    async def _load(self) -> None:
        self._tried_at = now = asyncio.get_running_loop().time()
        try:
            discovery = await self._kube.get(_DISCOVERY)
            jwks = await self._kube.transport.request(_JWKS)
        except ApiError as error:
            raise undecided(error) from error
        keys = (_key_of(entry) for entry in jwks["keys"])
        self._trust = _Trust(str(discovery["issuer"]), {str(k.key_id): k for k in keys if k is not None})
        self._loaded_at = now


def _key_of(entry: dict[str, Any]) -> jwt.PyJWK | None:
    """A key that we can use; others are left alone, since a set may hold what only newer clients know."""
    try:
        key = jwt.PyJWK(entry)
    except jwt.PyJWTError:
        return None
    return key if key.algorithm_name in _ALGORITHMS else None


def _pod(claims: dict[str, Any]) -> PodIdentity:
    try:
        bound = claims["kubernetes.io"]
        return PodIdentity(str(bound["namespace"]), str(bound["pod"]["name"]), str(bound["pod"]["uid"]))
    except (KeyError, TypeError):
        raise Unauthenticated("the token is not bound to a pod: only a projected token of a pod's own is") from None
