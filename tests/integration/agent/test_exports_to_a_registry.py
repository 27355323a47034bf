"""What an adapter of others exports, pushed by the published SDK through the agent to a real registry."""

import base64
import hashlib
import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.agent.tokenservice import IDENTITY, Service, token_service
from tests.testbed.registry import PASSWORD, USER, Registry, registry
from tests.unit.agent.world import Json, Pod

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # a library of the SDK's still uses what pydantic deprecates
    from evalhub.adapter import DefaultCallbacks, OCIArtifactSpec
    from evalhub.adapter.models import OCIArtifactResult
    from evalhub.models.api import OCICoordinates

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

REPOSITORY = "team-a/results"
NOWHERE = "http://127.0.0.1:9"
Start = Callable[[Registry, Json], Pod]

BASIC: Json = {"auth": base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}
NAMED: Json = {"username": USER, "password": PASSWORD}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """An agent beside an adapter that exports to this registry, with this credential."""
    pods: list[Pod] = []

    def started(target: Registry, credential: Json, insecure: str = "") -> Pod:
        pod = Pod(tmp_path, NOWHERE)
        pods.append(pod)
        config = tmp_path / "docker.json"
        config.write_text(json.dumps({"auths": {target.host: credential}}))
        pod.start(
            REFEREE_OCI_HOST=target.host,
            REFEREE_OCI_REPOSITORY=REPOSITORY,
            REFEREE_OCI_INSECURE=f"{target.host},{insecure}",
            REFEREE_DOCKER_CONFIG=str(config),
        )
        return pod

    yield started
    for pod in pods:
        pod.stop()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with token_service(tmp_path) as running:
        yield running


def files(directory: Path, size: int = 10) -> Path:
    made = directory / "exported"
    made.mkdir()
    (made / "results.json").write_text(json.dumps({"acc": 0.5}))
    (made / "samples.bin").write_bytes(bytes(range(256)) * size)
    return made


def push(pod: Pod, target: Registry, path: Path, repository: str = REPOSITORY) -> OCIArtifactResult:
    """What `callbacks.create_oci_artifact` does in a pod; only that there the port is always 8080."""
    callbacks = DefaultCallbacks(
        "nightly", "sums", provider_id="frame", benchmark_index=2, oci_proxy_host=f"localhost:{pod.port}"
    )
    where = OCICoordinates(oci_host=target.host, oci_repository=repository, oci_tag="v1", annotations={"team": "a"})
    return callbacks.create_oci_artifact(OCIArtifactSpec(files_path=path, coordinates=where))


def pushed(target: Registry, auth: tuple[str, str] | None = None) -> tuple[str, Json]:
    """Digest and manifest, as the registry has them."""
    accept = {"Accept": "application/vnd.oci.image.manifest.v1+json"}
    answer = httpx.get(f"{target.url}/v2/{REPOSITORY}/manifests/v1", headers=accept, auth=auth)
    manifest: Json = answer.raise_for_status().json()
    return answer.headers["Docker-Content-Digest"], manifest


def test_a_registry_that_asks_for_nothing(tmp_path: Path, start: Start) -> None:
    with registry(tmp_path / "registry") as target:
        made = push(start(target, {}), target, files(tmp_path))

        digest, manifest = pushed(target)
        assert made.digest == digest
        assert made.reference == f"{target.host}/{REPOSITORY}:v1@{digest}"
        assert manifest["annotations"]["team"] == "a"
        assert manifest["annotations"]["io.github.eval-hub.job_id"] == "nightly"
        assert len(manifest["layers"]) == 2


@pytest.mark.parametrize("credential", [BASIC, NAMED], ids=["auth", "username and password"])
def test_a_registry_that_asks_for_a_password(tmp_path: Path, start: Start, credential: Json) -> None:
    with registry(tmp_path / "registry", password=True) as target:
        pod = start(target, credential)
        made = push(pod, target, files(tmp_path))

        assert made.digest == pushed(target, (USER, PASSWORD))[0]
        assert PASSWORD not in pod.log


@pytest.mark.parametrize(
    ("credential", "method"),
    [(NAMED, "GET"), ({"identitytoken": IDENTITY}, "POST")],
    ids=["password", "identity token"],
)
def test_a_registry_that_asks_for_tokens(
    tmp_path: Path, start: Callable[..., Pod], service: Service, credential: Json, method: str
) -> None:
    with registry(tmp_path / "registry", tokens=service.told) as target:
        pod = start(target, credential, service.host)
        made = push(pod, target, files(tmp_path))

        assert made.digest.startswith("sha256:")
        assert service.asked == [f"{method} repository:{REPOSITORY}:pull,push"], "a token is kept while it is good"


def test_a_token_that_has_ended_is_renewed(tmp_path: Path, start: Callable[..., Pod], service: Service) -> None:
    service.life = 0.001
    with registry(tmp_path / "registry", tokens=service.told) as target:
        made = push(start(target, NAMED, service.host), target, files(tmp_path))

        assert made.digest.startswith("sha256:")
        assert len(service.asked) > 1


def test_a_token_service_in_the_clear_gets_no_credential(tmp_path: Path, start: Start, service: Service) -> None:
    with registry(tmp_path / "registry", tokens=service.told) as target:
        pod = start(target, NAMED)
        answer = httpx.post(f"http://127.0.0.1:{pod.port}/v2/{REPOSITORY}/blobs/uploads/")

        assert answer.status_code == 401
        assert service.asked == []
        assert "which is not https" in pod.log


@pytest.mark.parametrize("credential", [{"username": USER, "password": "wrong"}, {}], ids=["wrong", "none"])
def test_a_credential_that_is_not_taken_is_said(tmp_path: Path, start: Start, credential: Json) -> None:
    with registry(tmp_path / "registry", password=True) as target:
        pod = start(target, credential)
        answer = httpx.post(f"http://127.0.0.1:{pod.port}/v2/{REPOSITORY}/blobs/uploads/")

        assert answer.status_code == 401
        assert answer.json()["errors"][0]["code"] == "UNAUTHORIZED"
        assert "exports.oci" in answer.json()["errors"][0]["message"]


def test_a_large_file_is_streamed(tmp_path: Path, start: Start) -> None:
    with registry(tmp_path / "registry", password=True) as target:
        pod = start(target, NAMED)
        blob = bytes(range(256)) * 4096 * 64  # 64 MiB
        path = f"http://127.0.0.1:{pod.port}/v2/{REPOSITORY}/blobs"
        digest = "sha256:" + hashlib.sha256(blob).hexdigest()
        begun = httpx.post(f"{path}/uploads/")
        where = f"http://127.0.0.1:{pod.port}{begun.headers['Location']}"
        put = httpx.put(where, params={"digest": digest}, content=blob, timeout=60)

        assert put.status_code == 201, put.text
        assert put.headers["Docker-Content-Digest"] == digest
        assert put.headers["Location"] == f"/v2/{REPOSITORY}/blobs/{digest}"
        assert httpx.get(f"{path}/{digest}", timeout=60).content == blob
        assert pod.resident_kib < 40_000


def test_chunks_of_an_upload_go_on_where_the_registry_says(tmp_path: Path, start: Start) -> None:
    with registry(tmp_path / "registry", password=True) as target:
        base = f"http://127.0.0.1:{start(target, NAMED).port}"
        digest = "sha256:" + hashlib.sha256(b"first second").hexdigest()
        begun = httpx.post(f"{base}/v2/{REPOSITORY}/blobs/uploads/")
        first = httpx.patch(base + begun.headers["Location"], content=iter([b"first ", b"sec"]))
        second = httpx.patch(base + first.headers["Location"], content=b"ond", headers={"Content-Range": "9-11"})
        done = httpx.put(base + second.headers["Location"], params={"digest": digest})

        assert [begun.status_code, first.status_code, second.status_code, done.status_code] == [202, 202, 202, 201]
        assert httpx.head(f"{base}/v2/{REPOSITORY}/blobs/{digest}").headers["Content-Length"] == "12"


@pytest.mark.parametrize(
    "path",
    [
        "/v2/team-b/results/blobs/uploads/",
        "/v2/team-a/results/more/blobs/uploads/",
        "/v2/team-a/results/blobs/uploads/../../../../team-b/results/blobs/uploads/",
        "/v2/team-a/results/../../team-b/results/manifests/v1",
        "/v2/team-a/results%2F..%2F..%2Fteam-b/manifests/v1",
        "/v2/team-a/results/blobs/manifests/v1",
        "/v2/_catalog",
    ],
)
def test_any_other_repository_is_refused(tmp_path: Path, start: Start, path: str) -> None:
    with registry(tmp_path / "registry", password=True) as target:
        pod = start(target, NAMED)

        assert pod.raw("POST", path).startswith("HTTP/1.1 403 ")
        assert pod.raw("GET", path).startswith("HTTP/1.1 403 ")


def test_a_blob_of_another_repository_is_not_taken_over(tmp_path: Path, start: Start) -> None:
    with registry(tmp_path / "registry") as target:
        digest = "sha256:" + hashlib.sha256(b"secret").hexdigest()
        other = f"{target.url}/v2/team-b/secrets/blobs/uploads/"
        where = httpx.post(other).headers["Location"]
        assert httpx.put(httpx.URL(where).copy_add_param("digest", digest), content=b"secret").status_code == 201
        base = f"http://127.0.0.1:{start(target, {}).port}/v2/{REPOSITORY}/blobs"

        answer = httpx.post(f"{base}/uploads/", params={"mount": digest, "from": "team-b/secrets"})

        assert answer.status_code == 202, "an upload begins, nothing is mounted"
        assert httpx.head(f"{base}/{digest}").status_code == 404


def test_a_registry_that_is_away_is_said_at_once(start: Start) -> None:
    pod = start(Registry("127.0.0.1:9"), NAMED)
    answer = httpx.post(f"http://127.0.0.1:{pod.port}/v2/{REPOSITORY}/blobs/uploads/")

    assert answer.status_code == 502
    assert "127.0.0.1:9" in answer.json()["errors"][0]["message"]
