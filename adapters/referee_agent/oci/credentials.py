"""The registry's credential, out of a dockerconfigjson.

As the kubelet reads one: a key is a host, with or without scheme and path, and the longest that fits wins. A credential
is a name and a password, or an identity token, or a ready-made registry token.
"""

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DOCKER_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io")
"""Names of the one registry that is called differently everywhere."""


class CredentialError(Exception):
    """The file cannot be used; the text never has anything of a credential."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Who we are to a registry; empty: nobody."""

    user: str = ""
    password: str = field(default="", repr=False)
    identity: str = field(default="", repr=False)
    """Is exchanged for a token instead of name and password."""
    token: str = field(default="", repr=False)
    """Is sent as it is."""

    @property
    def basic(self) -> str:
        """The value of an Authorization header; empty if there is neither name nor password."""
        if not self.user and not self.password:
            return ""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


def read(path: Path, host: str, repository: str) -> Credential:
    """The credential for a repository; an empty one if the file has none.

    Raises:
        CredentialError: it is no dockerconfigjson.
    """
    try:
        auths = json.loads(path.read_bytes())["auths"]
        found = {_place(key): entry for key, entry in auths.items()}
        names = DOCKER_HUB if host in DOCKER_HUB else (host,)
        fitting = [place for place in found for name in names if _fits(f"{name}/{repository}", place)]
        return _credential(found[max(fitting, key=len)]) if fitting else Credential()
    except OSError as error:
        raise CredentialError(f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CredentialError(f"{path}: not a .dockerconfigjson: an object `auths` with an entry a registry") from None


def _place(key: str) -> str:
    """Host and path of a key, as `https://index.docker.io/v1/` names them."""
    place = key.partition("://")[2] or key
    host, _, path = place.strip("/").partition("/")
    return host if path in ("v1", "v2") else f"{host}/{path}".rstrip("/")


def _fits(wanted: str, place: str) -> bool:
    return wanted == place or wanted.startswith(f"{place}/")


def _credential(entry: dict[str, Any]) -> Credential:
    user, password = str(entry.get("username") or ""), str(entry.get("password") or "")
    if entry.get("auth") and not (user or password):
        user, _, password = base64.b64decode(entry["auth"]).decode().partition(":")
    return Credential(
        user, password.rstrip("\0"), str(entry.get("identitytoken") or ""), str(entry.get("registrytoken") or "")
    )
