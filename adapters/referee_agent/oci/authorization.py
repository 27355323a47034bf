"""Proves to the registry who we are: Basic, or a token from the service that the registry's challenge names.

A token is kept until shortly before it ends, since the body of an upload cannot be sent a second time. The credential
is sent over TLS only, except to registries that are declared insecure, and the file is read each time it is needed.
"""

import json
import re
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from urllib.parse import urlencode, urlsplit

from referee_agent.gateway import connect
from referee_agent.oci.credentials import Credential, CredentialError
from referee_agent.oci.upstream import Upstream

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_SECONDS = 15
_LARGEST_ANSWER = 1024 * 1024
_DEFAULT_LIFE = 60
_MARGIN = 0.8
"""The part of a token's life in which it is used for something new."""


class NotAuthorized(Exception):  # noqa: N818 - a state
    """The registry, or its token service, does not take our credential; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """How the registry wants to be convinced."""

    scheme: str
    realm: str = ""
    service: str = ""


class Authorization:
    """The header for one repository. Safe to use from several threads."""

    def __init__(self, upstream: Upstream, repository: str) -> None:
        self._upstream = upstream
        self._repository = repository
        self._lock = threading.Lock()
        self._challenge: Challenge | None = None
        self._header = ""
        self._until = 0.0

    def header(self) -> str:
        """The header to send; empty while the registry has not asked for any.

        Raises:
            NotAuthorized: no header would convince.
            OSError, HTTPException: somebody does not answer.
        """
        with self._lock:
            if self._challenge is None:
                self._challenge = self._ask()
            if self._challenge.scheme and time.monotonic() >= self._until:
                self._renew(self._challenge)
            return self._header

    def learn(self, said: str, used: str) -> bool:
        """Take a 401's challenge; False if what we would send now has been refused already."""
        with self._lock:
            if self._header == used:
                self._challenge, self._until = _parse(said), 0.0
                self._header = ""
        return self.header() != used

    def _ask(self) -> Challenge:
        """What the registry wants of everybody."""
        connection = self._upstream.connect(_SECONDS)
        try:
            connection.request("GET", "/v2/")
            response = connection.getresponse()
            if response.status != HTTPStatus.UNAUTHORIZED:
                return Challenge("")
            return _parse(response.headers.get("WWW-Authenticate", ""))
        finally:
            connection.close()

    def _renew(self, challenge: Challenge) -> None:
        try:
            credential = self._upstream.credential(self._repository)
        except CredentialError as error:
            raise NotAuthorized(str(error)) from None
        self._header, life = self._prove(challenge, credential)
        self._until = time.monotonic() + life * _MARGIN

    def _prove(self, challenge: Challenge, credential: Credential) -> tuple[str, float]:
        if credential.token:
            return f"Bearer {credential.token}", float("inf")
        if challenge.scheme == "bearer":
            return self._exchange(challenge, credential)
        if challenge.scheme != "basic":
            raise NotAuthorized(f"{self._upstream.host} wants neither Basic nor Bearer but {challenge.scheme!r}")
        if not credential.basic:
            raise NotAuthorized(f"{self._upstream.host} wants a name and a password, and exports.oci names none for it")
        return credential.basic, float("inf")

    def _exchange(self, challenge: Challenge, credential: Credential) -> tuple[str, float]:
        """A token for the repository, and its life in seconds."""
        realm = urlsplit(challenge.realm)
        if not self._upstream.may_be_told(realm):
            raise NotAuthorized(f"{self._upstream.host} names the token service {realm.netloc!r}, which is not https")
        asked = {"service": challenge.service, "scope": f"repository:{self._repository}:pull,push"}
        connection = connect(realm.hostname or "", realm.port, self._upstream.tls(realm.scheme), _SECONDS)
        try:
            if credential.identity:
                form = {"grant_type": "refresh_token", "refresh_token": credential.identity, "client_id": "referee"}
                headers = {"Content-Type": "application/x-www-form-urlencoded"}
                connection.request("POST", realm.path, urlencode({**form, **asked}), headers)
            else:
                query = "&".join(filter(None, (realm.query, urlencode(asked))))
                headers = {"Authorization": credential.basic} if credential.basic else {}
                connection.request("GET", f"{realm.path}?{query}", headers=headers)
            response = connection.getresponse()
            raw = response.read(_LARGEST_ANSWER)
        finally:
            connection.close()
        if response.status != HTTPStatus.OK:
            raise NotAuthorized(f"the token service {realm.netloc} of {self._upstream.host} says {response.status}")
        return _token(raw, realm.netloc)


def _parse(said: str) -> Challenge:
    scheme, _, rest = said.strip().partition(" ")
    given = dict(_PARAMETER.findall(rest))
    return Challenge(scheme.lower(), given.get("realm", ""), given.get("service", ""))


def _token(raw: bytes, service: str) -> tuple[str, float]:
    try:
        answer = json.loads(raw)
        token = answer.get("token") or answer["access_token"]
        return f"Bearer {token}", float(answer.get("expires_in") or _DEFAULT_LIFE)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise HTTPException(f"the token service {service} answers without a token") from None
