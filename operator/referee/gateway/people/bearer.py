"""The credential of a request, and what can be told of a token without believing it."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from referee.gateway.bearer import bearer_in
from referee.gateway.errors import Unauthenticated

_LONGEST = 16 * 1024
"""Characters; tokens with many groups have a few thousand."""
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_PARTS_OF_A_JWT = 3


def bearer_token(headers: Mapping[str, str]) -> str:
    """The token of `Authorization: Bearer TOKEN`; what stands in it is not looked at.

    Raises:
        Unauthenticated: there is none.
    """
    token = bearer_in(headers)
    if not token:
        raise Unauthenticated(
            "no credential: send `Authorization: Bearer TOKEN` with a token of the cluster or an API key"
        )
    if len(token) > _LONGEST:
        raise Unauthenticated(f"the bearer token is none: it has more than {_LONGEST} characters")
    return token


def can_be_sent(token: str) -> bool:
    """Whether it can be a token at all, and stand in a header."""
    return _VISIBLE.fullmatch(token) is not None


def unverified_claims(token: str) -> dict[str, Any]:
    """What a JWT says of itself; nothing of what is no JWT, which an API server may accept all the same."""
    parts = token.split(".")
    if len(parts) != _PARTS_OF_A_JWT:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def audiences(claims: Mapping[str, Any]) -> list[object]:
    """The claim `aud`, which may be one or a list."""
    given = claims.get("aud")
    return given if isinstance(given, list) else [given]
