"""Tokens of a real API server: the child's own is taken, every other is refused, each for its own reason."""

import json
import time

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from referee.gateway.errors import NotPermitted
from tests.contract.children.contract import RESULT, Json, Running
from tests.contract.children.signing import Signer
from tests.integration.gateway.house import RealHouse
from tests.integration.gateway.posting import post
from tests.testbed.cluster import Cluster

Client = httpx.AsyncClient


async def tried(client: Client, token: str, index: int = 0, **changed: str) -> tuple[int, str]:
    """What becomes of a result posted with this token."""
    answer = await post(client, token, index, referee={"result": RESULT}, **changed)
    return answer.status_code, answer.json()["message"] if answer.content else ""


async def nothing_is_kept(house: RealHouse, child: Running) -> bool:
    kept = await house.kept(child)
    return kept.result is None and kept.partial is None


async def test_a_childs_own_token_is_taken(house: RealHouse, client: Client) -> None:
    child = await house.start(0)

    assert await tried(client, child.credential) == (204, "")
    assert (await house.kept(child)).result == RESULT


async def test_the_token_of_another_pod_of_the_job(house: RealHouse, client: Client) -> None:
    child, sibling = await house.start(0), await house.start(1)

    status, said = await tried(client, sibling.credential, index=0)

    assert status == 404
    assert "boolq" in said
    assert await nothing_is_kept(house, child)
    assert await nothing_is_kept(house, sibling)


async def test_the_token_of_another_job(house: RealHouse, client: Client) -> None:
    child, stranger = await house.start(0), await house.start(0, job="rivers")

    status, said = await tried(client, stranger.credential, job="capitals")

    assert (status, said) == (403, "this credential is for evaluation job 'rivers', not for 'capitals'")
    assert await nothing_is_kept(house, child)
    assert await nothing_is_kept(house, stranger)


async def test_the_token_of_a_pod_that_is_gone(house: RealHouse, client: Client) -> None:
    pod = await house.pod(0)
    child = await house.running(pod)
    await house.delete_pod(pod)
    await house.kubelet.fail(pod, 143)
    await house.remove_pod(pod)
    await house.until(lambda: gone(house, child))

    assert await tried(client, child.credential) == (403, f"pod {pod['metadata']['name']!r} is gone")


async def test_the_token_of_a_pod_that_has_ended(house: RealHouse, client: Client) -> None:
    child = await house.start(0)
    await house.end(child)

    status, said = await tried(client, child.credential)

    assert status == 403
    assert "has ended" in said or "is gone" in said
    assert await nothing_is_kept(house, child)


async def test_a_pod_in_its_grace_may_still_report(house: RealHouse, client: Client) -> None:
    pod = await house.pod(0)
    child = await house.running(pod)
    await house.delete_pod(pod)

    answer = await post(client, child.credential, status="running", referee={"partial": RESULT})

    assert answer.status_code == 204
    assert (await house.kept(child)).partial == RESULT


@pytest.mark.parametrize("audience", ["referee", "https://kubernetes.default.svc.cluster.local"])
async def test_a_token_for_another_audience(house: RealHouse, client: Client, audience: str) -> None:
    pod = await house.pod(0)

    status, said = await tried(client, await house.mint(pod, audience))

    assert status == 401
    assert "Audience doesn't match" in said


async def test_a_token_of_the_service_account_alone(house: RealHouse, client: Client) -> None:
    await house.start(0)

    status, said = await tried(client, await house.mint_unbound())

    assert status == 401
    assert "not bound to a pod" in said


async def test_a_forged_token(house: RealHouse, client: Client) -> None:
    child = await house.start(0)
    claims = claims_of(child.credential)

    status, said = await tried(client, Signer().sign(claims))

    assert (status, said) == (401, "the token was not signed by this cluster's API server")
    assert await nothing_is_kept(house, child)


async def test_a_forged_token_under_the_right_keys_name(house: RealHouse, client: Client) -> None:
    child = await house.start(0)
    forger = Signer()
    forger.kid = jwt.get_unverified_header(child.credential)["kid"]

    status, said = await tried(client, forger.sign(claims_of(child.credential)))

    assert status == 401
    assert "Signature verification failed" in said


async def test_an_expired_token(house: RealHouse, client: Client, cluster: Cluster) -> None:
    file = cluster.kubeconfig.parent / "pki" / "tokens.key"
    if not file.exists():
        pytest.skip("only the testbed shows the key with which its API server signs")
    child = await house.start(0)
    signer = Signer()
    signer.kid = jwt.get_unverified_header(child.credential)["kid"]
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    claims, now = claims_of(child.credential), int(time.time())
    assert isinstance(key, type(signer.key))
    signer.key = key

    late, right = ({**claims, "exp": now + seconds} for seconds in (-60, 60))

    assert await tried(client, signer.sign(late)) == (401, "the token is not valid here: Signature has expired")
    assert await tried(client, signer.sign(right)) == (204, "")


async def test_a_token_from_another_namespace(house: RealHouse, client: Client, cluster: Cluster) -> None:
    await house.start(0)
    with cluster.namespace() as elsewhere:
        other = RealHouse(house.kube, elsewhere, house.kubelet)
        stranger = await other.start(0)

        status, said = await tried(client, stranger.credential)

        assert (status, said) == (403, f"namespace {elsewhere!r} is not served by this gateway")
        await other.end(stranger)


async def test_the_token_of_a_job_that_was_made_anew(house: RealHouse, client: Client) -> None:
    child = await house.start(0)
    heir = await house.again(child)

    status, _ = await tried(client, child.credential)

    assert status == 403
    assert await nothing_is_kept(house, heir)
    assert await tried(client, heir.credential) == (204, "")


def claims_of(token: str) -> Json:
    claims: Json = jwt.decode(token, options={"verify_signature": False})
    return json.loads(json.dumps(claims))  # type: ignore[no-any-return]  # a copy


async def gone(house: RealHouse, child: Running) -> bool:
    """Whether the gateway has heard of it, too."""
    try:
        await house.children.identify(child.credential)
    except NotPermitted as refusal:
        return refusal.message.endswith("is gone")
    return False
