"""A fake API server that knows people: who a token is, what each may, and which ServiceAccounts there are."""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from referee.gateway.people.key_record import Account, KeyRecord, digest_of_key, new_key
from tests.fakeapi.collection import Object
from tests.fakeapi.server import FakeApi
from tests.fakeapi.status import ApiFailureError

SELF = ("create", "selfsubjectreviews")
ACCESS = ("create", "selfsubjectaccessreviews")
TOKEN = ("create", "serviceaccounts/token")
SECRET = ("get", "secrets")
Right = tuple[str, str, str, str]
"""Verb, resource with its subresource, namespace, and name ("": all)."""


@dataclass
class World:
    """What stands in the cluster."""

    users: dict[str, str] = field(default_factory=dict)
    """By token."""
    rights: dict[str, set[Right]] = field(default_factory=dict)
    """By user."""
    accounts: dict[Account, int] = field(default_factory=dict)
    """ServiceAccounts, and how often each was made anew."""
    keys: dict[str, str] = field(default_factory=dict)
    """Entries of the gateway's Secret."""
    asked: list[Object] = field(default_factory=list)
    """The attributes of each access review."""

    def key_of(self, account: Account, **facts: Any) -> str:
        """Make an API key."""
        key = new_key()
        record = KeyRecord(digest_of_key(key), account, datetime.now(UTC), **facts)
        self.keys[record.id] = record.encoded()
        return key


class PeopleApi(FakeApi):
    """A fake API server with people."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            body = await request.json() if request.body_exists else {}
            match request.path.strip("/").split("/"):
                case [*_, "selfsubjectreviews"]:
                    return web.json_response({"status": {"userInfo": self._user(token)}}, status=201)
                case [*_, "selfsubjectaccessreviews"]:
                    return web.json_response({"status": {"allowed": self._allowed(token, body)}}, status=201)
                case ["api", "v1", "namespaces", namespace, "serviceaccounts", name, "token"]:
                    return web.json_response(self._mint(Account(namespace, name), body), status=201)
                case ["api", "v1", "namespaces", "home", "secrets", "referee-api-keys"] if self.world.keys:
                    return web.json_response({"data": self.world.keys})
        except ApiFailureError as failure:
            return web.json_response(failure.status, status=failure.code)
        return await super().serve(request)

    def _user(self, token: str) -> Object:
        account, _, made = token.partition("#")
        if made and self.world.accounts.get(Account(*account.split("/"))) == int(made):
            return {"username": f"system:serviceaccount:{account.replace('/', ':')}", "groups": []}
        if token not in self.world.users:
            raise ApiFailureError(401, "Unauthorized", "Unauthorized")
        return {"username": self.world.users[token], "groups": ["system:authenticated"]}

    def _allowed(self, token: str, body: Object) -> bool:
        asked = body["spec"]["resourceAttributes"]
        self.world.asked.append(asked)
        rights = self.world.rights.get(self._user(token)["username"], set())
        what = "/".join(filter(None, (asked["resource"], asked["subresource"])))
        return any((asked["verb"], what, asked["namespace"], name) in rights for name in ("", asked["name"]))

    def _mint(self, account: Account, body: Object) -> Object:
        if account not in self.world.accounts:
            raise ApiFailureError(404, "NotFound", f'serviceaccounts "{account.name}" not found')
        token = f"{account.namespace}/{account.name}#{self.world.accounts[account]}"
        return {"spec": body["spec"], "status": {"token": token}}


def bearer(token: str, tenant: str | None = None) -> dict[str, str]:
    """The headers of a request."""
    return {"authorization": f"Bearer {token}", **({"x-tenant": tenant} if tenant else {})}


def jwt_saying(**claims: object) -> str:
    """Something that looks like a JWT; nobody has signed it."""
    parts = ({"alg": "RS256"}, claims)
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts), "sig"])
