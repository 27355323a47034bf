"""The API level gives real tokens: what an adapter's token says can be checked offline with the server's own keys."""

import jwt
import pytest

from tests.testbed.api_client import RefusedError
from tests.testbed.cluster import Cluster

AUDIENCE = "referee-adapter"
CONFIG_MAPS = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}


def verify(cluster: Cluster, token: str, reader: str) -> dict[str, object]:
    """Check a token as the gateway does: with keys that any ServiceAccount may read."""
    keys = jwt.PyJWKSet.from_dict(cluster.api_as(reader).get("/openid/v1/jwks"))
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, object] = jwt.decode(token, key, algorithms=["RS256"], audience=AUDIENCE)
    return claims


def test_a_pods_token_verifies_against_the_servers_keys(cluster: Cluster, namespace: str) -> None:
    pod = cluster.api.post(
        f"/api/v1/namespaces/{namespace}/pods",
        {"metadata": {"name": "adapter"}, "spec": {"containers": [{"name": "adapter", "image": "nowhere.test/a:1"}]}},
    )
    token = cluster.mint_token(namespace, "default", [AUDIENCE], pod=pod)
    claims = verify(cluster, token, reader=cluster.service_account(namespace, "gateway"))
    assert claims["sub"] == f"system:serviceaccount:{namespace}:default"
    kubernetes = claims["kubernetes.io"]
    assert isinstance(kubernetes, dict)
    assert kubernetes["pod"] == {"name": "adapter", "uid": pod["metadata"]["uid"]}


def test_a_token_for_another_audience_does_not_verify(cluster: Cluster, namespace: str) -> None:
    token = cluster.mint_token(namespace, "default", ["somebody-else"])
    with pytest.raises(jwt.InvalidAudienceError):
        verify(cluster, token, reader=cluster.service_account(namespace, "gateway"))


def test_an_adapters_token_is_good_for_nothing_at_the_api_server(cluster: Cluster, namespace: str) -> None:
    token = cluster.mint_token(namespace, "default", [AUDIENCE])
    with pytest.raises(RefusedError) as refused:
        cluster.api_as(token).get(f"/api/v1/namespaces/{namespace}/configmaps")
    assert refused.value.status == 401


def test_a_service_account_may_do_what_its_role_says_and_no_more(cluster: Cluster, namespace: str) -> None:
    token = cluster.service_account(namespace, "reader", [CONFIG_MAPS])
    assert cluster.api_as(token).get(f"/api/v1/namespaces/{namespace}/configmaps")["kind"] == "ConfigMapList"
    with pytest.raises(RefusedError) as refused:
        cluster.api_as(token).get(f"/api/v1/namespaces/{namespace}/secrets")
    assert refused.value.status == 403
