"""An API server's keys without an API server: signs tokens as one does, and publishes what verifies them."""

import base64
import time
import uuid
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from referee.api.names import ADAPTER_AUDIENCE
from referee.runtime.kube import Object

ISSUER = "https://kubernetes.default.svc.cluster.local"


class Signer:
    """One key pair."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.kid = uuid.uuid4().hex

    @property
    def jwk(self) -> dict[str, str]:
        """The public half, as /openid/v1/jwks shows it."""
        numbers = self.key.public_key().public_numbers()
        return {
            "use": "sig",
            "kty": "RSA",
            "kid": self.kid,
            "alg": "RS256",
            "n": _number(numbers.n),
            "e": _number(numbers.e),
        }

    def token(self, pod: Object, **changed: Any) -> str:
        """A token that is bound to the pod; `changed` claims replace what would be right, None leaves one out."""
        meta, now = pod["metadata"], int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": [ADAPTER_AUDIENCE],
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "sub": f"system:serviceaccount:{meta['namespace']}:default",
            "kubernetes.io": {
                "namespace": meta["namespace"],
                "pod": {"name": meta["name"], "uid": meta["uid"]},
                "serviceaccount": {"name": "default", "uid": str(uuid.uuid4())},
            },
            **changed,
        }
        return self.sign({name: value for name, value in claims.items() if value is not None})

    def sign(self, claims: dict[str, Any], **headers: str) -> str:
        """Sign any claims."""
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.kid, **headers})


def _number(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
