"""Which tokens are taken, and what is asked of the API server for it."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from referee.api.names import ADAPTER_AUDIENCE
from referee.gateway.errors import Unauthenticated, Unavailable
from referee.gateway.reporting.tokens import PodIdentity, TokenChecker
from referee.runtime.kube import Kube
from referee.runtime.transport import Transport
from tests.contract.children.fake import FakeIssuer
from tests.contract.children.signing import Signer
from tests.unit.runtime.virtual_time import until

POD = {"metadata": {"namespace": "ns", "name": "capitals-0-1-x", "uid": "pod-uid"}}
KEYS = ("get", "other")
FAULTS: list[dict[str, Any]] = [*({"code": code} for code in (503, 429, 401, 403)), {"kind": "reset", "times": 2}]


@pytest.fixture
async def checker(api: FakeIssuer) -> AsyncIterator[TokenChecker]:
    transport = Transport(api.credentials)
    yield TokenChecker(Kube(transport), ADAPTER_AUDIENCE)
    await transport.close()


async def test_a_pods_token_tells_the_pod(api: FakeIssuer, checker: TokenChecker) -> None:
    assert await checker.check(api.signer.token(POD)) == PodIdentity("ns", "capitals-0-1-x", "pod-uid")


async def test_the_keys_are_read_once(api: FakeIssuer, checker: TokenChecker) -> None:
    for _ in range(20):
        await checker.check(api.signer.token(POD))

    assert api.counted() == {KEYS: 2}  # the keys and their issuer


def bound(**changed: Any) -> dict[str, Any]:
    """The claim that binds a token to a pod, changed."""
    return {"kubernetes.io": {"namespace": "ns", "serviceaccount": {"name": "default"}, **changed}}


NOW = int(time.time())
REFUSED = {
    "for another audience": ({"aud": ["https://kubernetes.default.svc"]}, "Audience doesn't match"),
    "for no audience": ({"aud": None}, 'missing the "aud" claim'),
    "of another issuer": ({"iss": "https://another.example"}, "Invalid issuer"),
    "expired": ({"exp": NOW - 60}, "has expired"),
    "for ever": ({"exp": None}, 'missing the "exp" claim'),
    "not yet valid": ({"nbf": NOW + 3600}, "not yet valid"),
    "of a ServiceAccount alone": (bound(), "not bound to a pod"),
    "of a Secret": (bound(secret={"name": "s", "uid": "u"}), "not bound to a pod"),
    "bound to nonsense": ({"kubernetes.io": "pod"}, "not bound to a pod"),
}


@pytest.mark.parametrize(("claims", "said"), REFUSED.values(), ids=REFUSED)
async def test_a_token_is_refused(api: FakeIssuer, checker: TokenChecker, claims: dict[str, Any], said: str) -> None:
    with pytest.raises(Unauthenticated, match=said):
        await checker.check(api.signer.token(POD, **claims))


async def test_one_audience_of_several_suffices(api: FakeIssuer, checker: TokenChecker) -> None:
    token = api.signer.token(POD, aud=["https://kubernetes.default.svc", ADAPTER_AUDIENCE])

    assert (await checker.check(token)).uid == "pod-uid"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "ü.ü.ü"])
async def test_what_is_no_token(checker: TokenChecker, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await checker.check(token)


async def test_a_forged_key_is_looked_up_once_and_refused(api: FakeIssuer, checker: TokenChecker) -> None:
    await checker.check(api.signer.token(POD))

    with pytest.raises(Unauthenticated, match="not signed by this cluster"):
        await checker.check(Signer().token(POD))

    assert api.counted() == {KEYS: 4}


async def test_a_forged_key_under_a_known_name_is_refused(api: FakeIssuer, checker: TokenChecker) -> None:
    forger = Signer()
    forger.kid = api.signer.kid

    with pytest.raises(Unauthenticated, match="Signature verification failed"):
        await checker.check(forger.token(POD))


async def test_the_public_key_is_no_shared_secret(api: FakeIssuer, checker: TokenChecker) -> None:
    """The old trick: sign with HMAC, and the published key as the secret."""
    public = api.signer.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    claims = jwt.decode(api.signer.token(POD), options={"verify_signature": False})
    header = {"alg": "HS256", "typ": "JWT", "kid": api.signer.kid}
    signed = ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in (header, claims))
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(signed.encode(), public)

    with pytest.raises(Unauthenticated):
        await checker.check(f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}")


async def test_a_key_that_is_new_is_found_before_anything_is_refused(api: FakeIssuer, checker: TokenChecker) -> None:
    await checker.check(api.signer.token(POD))
    fresh = Signer()
    api.keys.append(fresh.jwk)

    assert (await checker.check(fresh.token(POD))).uid == "pod-uid"


async def test_many_unknown_keys_are_one_look_a_second(api: FakeIssuer, checker: TokenChecker) -> None:
    await checker.check(api.signer.token(POD))
    started = asyncio.get_running_loop().time()

    refused = await asyncio.gather(*(checker.check(Signer().token(POD)) for _ in range(10)), return_exceptions=True)

    seconds = asyncio.get_running_loop().time() - started
    assert all(isinstance(error, Unauthenticated) for error in refused)
    assert api.counted()[KEYS] <= 2 + 2 * (seconds + 1)
    assert api.counted()[KEYS] < 20


async def test_a_key_that_is_withdrawn_counts_no_more(api: FakeIssuer, checker: TokenChecker) -> None:
    refreshing = asyncio.create_task(checker.refresh())
    await until(lambda: checker.primed)
    token = api.signer.token(POD, exp=NOW + 10**6)
    await checker.check(token)
    api.keys[:] = [Signer().jwk]
    await asyncio.sleep(301)
    await until(lambda: api.counted()[KEYS] == 4)

    with pytest.raises(Unauthenticated):
        await checker.check(token)
    refreshing.cancel()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.get("code", "reset")))
async def test_without_an_answer_nothing_is_refused(
    api: FakeIssuer, checker: TokenChecker, fault: dict[str, Any]
) -> None:
    api.fail(**fault)

    with pytest.raises(Unavailable):
        await checker.check(api.signer.token(POD))
    assert (await checker.check(api.signer.token(POD))).uid == "pod-uid"


async def test_keys_of_a_kind_that_we_do_not_know_do_no_harm(api: FakeIssuer, checker: TokenChecker) -> None:
    api.keys[:0] = [{"kty": "OKP", "crv": "Ed25519", "kid": "new", "x": "AAAA"}, {"kty": "AKP", "kid": "newer"}]

    assert (await checker.check(api.signer.token(POD))).uid == "pod-uid"
