"""Whose a token is, as the API server says, kept for seconds.

A token for adapters is nobody's, even where it is for the API server as well: a pod that reports a result must not
be able to do what its ServiceAccount may.
"""

import time

from referee.api.names import ADAPTER_AUDIENCE
from referee.gateway.errors import Unauthenticated
from referee.gateway.people.answers import Answers
from referee.gateway.people.bearer import audiences, can_be_sent, unverified_claims
from referee.gateway.people.person import Identity
from referee.gateway.people.reviews import Reviews
from referee.runtime.kube import Object

_PATH = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
_BODY: Object = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
_KEEP = 10.0
"""Seconds; as long as an API server itself keeps what it found about a token."""
_KEEP_REFUSED = 2.0
"""Seconds. Short: an API server says no as well while what it asks about tokens is away."""
_MOST = 4096


class Identities:
    """Who calls."""

    def __init__(self, reviews: Reviews) -> None:
        self._reviews = reviews
        self._known: Answers[bytes, Identity | str] = Answers(_MOST)

    async def of(self, token: str, digest: bytes) -> Identity:
        """Whose token this is; `digest` is the token's.

        Raises:
            Unauthenticated: nobody's.
            Unavailable: the API server does not say.
        """
        known = self._known.peek(digest) or await self._known.get(digest, lambda: self._ask(token))
        if isinstance(known, str):
            raise Unauthenticated(known)
        return known

    def forget(self, digest: bytes) -> None:
        """Ask anew the next time."""
        self._known.forget(digest)

    async def _ask(self, token: str) -> tuple[Identity | str, float]:
        if not can_be_sent(token):
            return "the bearer token is none: it holds other than visible ASCII characters", _KEEP
        claims = unverified_claims(token)
        if ADAPTER_AUDIENCE in audiences(claims):
            return "the token is an adapter's (audience referee-adapter), which reports results and nothing else", _KEEP
        try:
            status = await self._reviews.ask(token, _PATH, _BODY)
        except Unauthenticated as error:
            return error.message, _KEEP_REFUSED
        user = status.get("userInfo") or {}
        return Identity(str(user.get("username", "")), tuple(user.get("groups") or ())), _seconds(claims.get("exp"))


def _seconds(expires: object) -> float:
    """How long to believe it: not beyond the token's own end, which the API server has checked."""
    if not isinstance(expires, int | float):
        return _KEEP
    return min(_KEEP, max(0.0, expires - time.time()))
