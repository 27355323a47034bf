"""The port to people: who calls, what they may read, and the API server as seen by them.

    person = await people.identify(request.headers)
    await people.require(person, "list", EVALUATION_JOBS)     # reads come from our caches, so we ask before
    await people.kube(person).create(path, body)              # writes are theirs: the API server decides

Nothing is decided here: RBAC is the only place where a right stands, and REST can do what the caller's kubectl can.
"""

from collections.abc import Callable, Mapping

from referee.gateway.errors import NotPermitted, Unauthenticated, Unavailable
from referee.gateway.people.api_keys import PREFIX, ApiKeys
from referee.gateway.people.bearer import bearer_token
from referee.gateway.people.identities import Identities
from referee.gateway.people.person import Identity, Person, digest_of
from referee.gateway.people.refusals import unknown
from referee.gateway.people.reviews import Reviews
from referee.gateway.people.rights import Rights
from referee.gateway.people.tenants import tenant_of
from referee.runtime.kube import Kube
from referee.runtime.paths import Resource


class People:
    """Everybody with a token of this cluster, or an API key of this gateway."""

    def __init__(self, kube: Kube, serves: Callable[[str], bool], keys: ApiKeys | None = None) -> None:
        """Take the gateway's own way to the API server.

        Args:
            kube: ours; a person's calls go over the same connections with the person's token.
            serves: whether this gateway has to do with a namespace (`Watched.serves`).
            keys: None: API keys are not taken here.
        """
        self._kube = kube
        self._serves = serves
        self._keys = keys
        reviews = Reviews(kube)
        self._identities = Identities(reviews)
        self._rights = Rights(reviews)

    async def identify(self, headers: Mapping[str, str]) -> Person:
        """Who sends a request with these headers (names in lower case, or a mapping that does not care).

        Raises:
            Unauthenticated: nobody we know.
            Malformed: no tenant, or what can be none.
            NotPermitted: a tenant that is not served here.
            Unavailable: the API server does not say.
        """
        given = bearer_token(headers)
        token, identity = await self._known(given)
        tenant = tenant_of(headers.get("x-tenant"), identity.user, self._serves)
        return Person(identity.user, identity.groups, token, tenant)

    async def may(self, person: Person, verb: str, resource: Resource, subresource: str = "", name: str = "") -> bool:
        """Whether RBAC lets the person do this in their tenant; without a name: to every object."""
        try:
            return await self._rights.may(person, verb, resource, subresource, name)
        except Unauthenticated:
            self._identities.forget(person.digest)
            raise

    async def still_may(
        self, person: Person, verb: str, resource: Resource, subresource: str = "", name: str = ""
    ) -> bool:
        """As `may`, for an answer that goes on: it ends once somebody says no, not while nobody says anything."""
        try:
            return await self.may(person, verb, resource, subresource, name)
        except Unauthenticated:
            return False
        except Unavailable:
            return True

    async def require(
        self, person: Person, verb: str, resource: Resource, subresource: str = "", name: str = ""
    ) -> None:
        """Go on only if the person may.

        Raises:
            Unknown: it is to `get` one named object; then it does not exist, as far as they can tell.
            NotPermitted: everything else.
        """
        if await self.may(person, verb, resource, subresource, name):
            return
        if verb == "get" and name and not subresource:
            raise unknown(resource, person.tenant, name)
        what = "/".join(filter(None, (resource.plural, subresource)))
        which = f"{what}.{resource.group}" if resource.group else what
        one = f' "{name}"' if name else ""
        raise NotPermitted(
            f"user {person.user} cannot {verb} {which}{one} in the namespace {person.tenant}; "
            "a Role there that allows it has to be bound to this user"
        )

    def kube(self, person: Person) -> Kube:
        """The API server with the person's rights; errors are theirs (`refusals.answering_the_caller`)."""
        return self._kube.acting_as(person.token)

    async def _known(self, given: str) -> tuple[str, Identity]:
        if not given.startswith(PREFIX):
            return given, await self._identities.of(given, digest_of(given))
        if self._keys is None:
            raise Unauthenticated("API keys are not taken here; send a token of the cluster")
        token = await self._keys.token(given)
        try:
            return token, await self._identities.of(token, digest_of(token))
        except Unauthenticated:
            # The ServiceAccount was made anew since: what it was has lost its tokens.
            await self._keys.forget(given)
        token = await self._keys.token(given)
        return token, await self._identities.of(token, digest_of(token))
