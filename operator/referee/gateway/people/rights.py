"""What a person may, as the API server says, kept for seconds.

A question about one object is asked without its name first, which means every object: who polls fifty jobs costs one
review and not fifty. Only who may not read all of them is asked about the one.
"""

from typing import NamedTuple

from referee.gateway.people.answers import Answers
from referee.gateway.people.person import Person
from referee.gateway.people.reviews import Reviews
from referee.runtime.paths import Resource

_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_KEEP = 10.0
"""Seconds that a right which was taken away still counts, for reads alone: writes are decided by the API server."""
_KEEP_REFUSED = 2.0
"""Seconds. Short: whoever was refused asks for the right and tries again."""
_MOST = 16384


class _Question(NamedTuple):
    digest: bytes
    """Of the token."""
    verb: str
    group: str
    resource: str
    subresource: str
    namespace: str
    name: str


class Rights:
    """Who may what."""

    def __init__(self, reviews: Reviews) -> None:
        self._reviews = reviews
        self._known: Answers[_Question, bool] = Answers(_MOST)

    async def may(self, person: Person, verb: str, resource: Resource, subresource: str, name: str) -> bool:
        """Whether the person may do this in their tenant; no name: to every object.

        Raises:
            Unauthenticated: the token is no longer accepted.
            Unavailable: the API server does not say.
        """
        asked = _Question(person.digest, verb, resource.group, resource.plural, subresource, person.tenant, "")
        if await self._allowed(person, asked, resource.version):
            return True
        return bool(name) and await self._allowed(person, asked._replace(name=name), resource.version)

    async def _allowed(self, person: Person, asked: _Question, version: str) -> bool:
        known = self._known.peek(asked)
        return await self._known.get(asked, lambda: self._ask(person, asked, version)) if known is None else known

    async def _ask(self, person: Person, asked: _Question, version: str) -> tuple[bool, float]:
        attributes = {
            "verb": asked.verb,
            "group": asked.group,
            "version": version,
            "resource": asked.resource,
            "subresource": asked.subresource,
            "namespace": asked.namespace,
            "name": asked.name,
        }
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        status = await self._reviews.ask(person.token, _PATH, body)
        allowed = status.get("allowed") is True and status.get("denied") is not True
        return allowed, _KEEP if allowed else _KEEP_REFUSED
