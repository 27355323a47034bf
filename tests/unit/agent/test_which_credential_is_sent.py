"""Which entry of a dockerconfigjson is a repository's, and which requests it is used for."""

import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from referee_agent.oci.credentials import Credential, CredentialError, read
from referee_agent.oci.paths import within, without_mount
from tests.unit.agent.fetch.web import serving
from tests.unit.agent.world import Pod

DIGEST = "sha256:" + "0" * 64


def encoded(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def read_from(tmp_path: Path, auths: Any, host: str, repository: str = "team/results") -> Credential:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"auths": auths}))
    return read(path, host, repository)


@pytest.mark.parametrize(
    ("key", "host"),
    [
        ("quay.io", "quay.io"),
        ("https://quay.io", "quay.io"),
        ("https://quay.io/v2/", "quay.io"),
        ("registry.example:5000", "registry.example:5000"),
        ("quay.io/team", "quay.io"),
        ("quay.io/team/results", "quay.io"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("docker.io", "registry-1.docker.io"),
    ],
)
def test_a_key_is_a_host_with_or_without_its_surroundings(tmp_path: Path, key: str, host: str) -> None:
    assert read_from(tmp_path, {key: encoded("a", "b:c")}, host) == Credential("a", "b:c")


@pytest.mark.parametrize("key", ["quay.io:5000", "quay.io.example", "quay.io/team/resu", "quay.io/other", "io"])
def test_a_key_that_only_looks_like_it_is_another(tmp_path: Path, key: str) -> None:
    assert read_from(tmp_path, {key: encoded("a", "b")}, "quay.io") == Credential()


def test_the_longest_key_wins(tmp_path: Path) -> None:
    auths = {"quay.io": encoded("all", "1"), "quay.io/team": encoded("team", "2"), "quay.io/tea": encoded("x", "3")}

    assert read_from(tmp_path, auths, "quay.io").user == "team"


def test_tokens_are_told_apart(tmp_path: Path) -> None:
    assert read_from(tmp_path, {"h": {"identitytoken": "i"}}, "h") == Credential(identity="i")
    assert read_from(tmp_path, {"h": {"registrytoken": "r"}}, "h") == Credential(token="r")


def test_nothing_of_a_credential_is_shown(tmp_path: Path) -> None:
    auths = {"h": {"username": "u", "password": "s3cret", "identitytoken": "s3cret", "registrytoken": "s3cret"}}

    assert "s3cret" not in repr(read_from(tmp_path, auths, "h"))


@pytest.mark.parametrize("auths", [None, [], {"h": "s3cret"}, {"h": {"auth": "s3cret!"}}])
def test_a_file_that_is_none_is_said_without_its_content(tmp_path: Path, auths: Any) -> None:
    with pytest.raises(CredentialError, match=r"config\.json: not a \.dockerconfigjson") as told:
        read_from(tmp_path, auths, "h")
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    "rest",
    [
        "blobs/uploads/",
        "blobs/uploads/AbCdEf0123456789-_",
        f"blobs/{DIGEST}",
        f"manifests/{DIGEST}",
        "manifests/v1.0",
        "tags/list",
        f"referrers/{DIGEST}",
    ],
)
def test_what_is_about_the_repository_passes(rest: str) -> None:
    assert within(f"/v2/team/results/{rest}", "team/results")
    assert not within(f"/v2/team/results/more/{rest}", "team/results")
    assert not within(f"/v2/team/{rest}", "team/results")
    assert not within(f"/v2/team/results/{rest}/", "team/results") or rest == "blobs/uploads"


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "blobs/manifests/v1",
        "tags/list/manifests/v1",
        "manifests/../../../other/manifests/v1",
        "manifests/..",
        "manifests/%2e%2e",
        "blobs/uploads/../x",
        "blobs/uploads/short",
        "_catalog",
    ],
)
def test_what_may_be_about_another_does_not(rest: str) -> None:
    assert not within(f"/v2/team/results/{rest}", "team/results")


def test_nothing_is_mounted_from_elsewhere() -> None:
    assert without_mount(f"mount={DIGEST}&from=other&digest-algorithm=sha256") == "digest-algorithm=sha256"
    assert without_mount("") == ""


def test_a_challenge_of_where_an_upload_goes_on_gets_no_credential(tmp_path: Path) -> None:
    uploads = "/v2/team/results/blobs/uploads/"
    with serving() as registry, serving() as storage:
        registry.pages["/v2/"] = (401, {"WWW-Authenticate": 'Basic realm="registry"'}, b"")
        registry.pages[uploads] = (202, {"Location": f"{storage.url}/somewhere"}, b"")
        challenge = f'Bearer realm="{storage.url}/token",service="storage"'
        storage.pages["/somewhere"] = (401, {"WWW-Authenticate": challenge}, b"")
        config = tmp_path / "docker.json"
        host, other = (f"127.0.0.1:{web.port}" for web in (registry, storage))
        config.write_text(json.dumps({"auths": {host: encoded("user", "s3cret")}}))
        pod = Pod(tmp_path, "http://127.0.0.1:9")
        try:
            pod.start(
                REFEREE_OCI_HOST=host,
                REFEREE_OCI_REPOSITORY="team/results",
                REFEREE_OCI_INSECURE=f"{host},{other}",
                REFEREE_DOCKER_CONFIG=str(config),
            )
            base = f"http://127.0.0.1:{pod.port}"
            begun = httpx.post(base + uploads)
            answer = httpx.put(base + begun.headers["Location"], content=b"x")
        finally:
            pod.stop()

    assert (begun.status_code, answer.status_code) == (202, 401)
    assert [asked.path for asked in storage.asked] == ["/somewhere"]
    assert "Authorization" not in storage.asked[0].headers
