"""An hf source: the revision's commit, and the files at that commit."""

import pytest

from tests.unit.agent.fetch.hubserver import COMMIT, Hub
from tests.unit.agent.fetch.web import Web
from tests.unit.agent.fetch.world import Fetcher

FILES = {"README.md": b"# sums", "data/train.jsonl": b"{}\n", "data/deep/test.jsonl": b"[]\n", "database/x": b"x"}


@pytest.fixture
def hub(fetcher: Fetcher, web: Web) -> Hub:
    fetcher.environ["HF_ENDPOINT"] = web.url
    fetcher.environ["HF_HOME"] = str(fetcher.root / "home")
    return Hub(web, "team/sums", dict(FILES))


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("revision", [None, "v1", COMMIT])
def test_a_revision_comes_to_its_commit_and_its_files(fetcher: Fetcher, revision: str | None) -> None:
    named = {} if revision is None else {"revision": revision}

    ended = fetcher.fetch("hf", repoId="team/sums", **named)

    assert ended.code == 0, ended.log
    assert ended.message == {"resolved": COMMIT, "bytes": sum(map(len, FILES.values()))}
    assert ended.files == FILES


def test_what_is_asked_of_the_hub(fetcher: Fetcher, hub: Hub) -> None:
    """The revision once by its name; then everything by its commit, so that all files are of one."""
    fetcher.fetch("hf", repoId="team/sums", revision="v1")

    first, *rest = hub.calls()
    assert first == "GET /api/datasets/team/sums/revision/v1"
    assert [call for call in rest if COMMIT not in call] == []
    assert sum(call.startswith("GET /datasets/team/sums/resolve/") for call in rest) == len(FILES)


def test_a_directory_of_it_lands_as_the_root(fetcher: Fetcher, hub: Hub) -> None:
    ended = fetcher.fetch("hf", repoId="team/sums", subPath="data")

    assert ended.files == {"train.jsonl": b"{}\n", "deep/test.jsonl": b"[]\n"}, ended.log
    assert not any("database" in call or "README" in call for call in hub.calls())
    assert fetcher.refusal("hf", repoId="team/sums", subPath="none")[0] == "TestDataNotFound"


@pytest.mark.usefixtures("hub")
def test_a_set_or_a_revision_that_is_not_there_is_said(fetcher: Fetcher) -> None:
    assert fetcher.refusal("hf", repoId="team/none")[0] == "TestDataNotFound"
    assert fetcher.refusal("hf", repoId="team/sums", revision="v2")[0] == "TestDataNotFound"


@pytest.mark.parametrize("key", ["token", "hf-token"])
def test_a_set_that_asks_who_we_are(fetcher: Fetcher, hub: Hub, key: str) -> None:
    hub.token = "hf_s3cret"
    assert fetcher.refusal("hf", repoId="team/sums")[0] == "TestDataUnauthorized"

    fetcher.secret(**{key: "hf_s3cret"})
    ended = fetcher.fetch("hf", repoId="team/sums")
    assert ended.files == FILES
    assert "s3cret" not in ended.log + str(ended.message)


def test_a_gated_set_is_said(fetcher: Fetcher, hub: Hub) -> None:
    hub.gated = True

    assert fetcher.refusal("hf", repoId="team/sums")[0] == "TestDataUnauthorized"


def test_no_token_but_the_jobs_is_used(fetcher: Fetcher, hub: Hub) -> None:
    fetcher.environ["HF_TOKEN"] = "hf_of_somebody_else"
    fetcher.fetch("hf", repoId="team/sums")

    assert hub.calls()
    assert not any("hf_of" in str(asked.headers) for asked in hub.web.asked)


def test_more_than_is_allowed_is_refused(fetcher: Fetcher, web: Web) -> None:
    fetcher.environ |= {"HF_ENDPOINT": web.url, "REFEREE_TEST_DATA_MAX_BYTES": "100000"}
    Hub(web, "team/large", {"a": bytes(60_000), "b": bytes(60_000)})

    assert fetcher.refusal("hf", repoId="team/large")[0] == "TestDataTooLarge"


@pytest.mark.parametrize("name", ["../../escaped", "a/../../../escaped"])
def test_a_name_that_leads_elsewhere_lands_nowhere(fetcher: Fetcher, web: Web, name: str) -> None:
    fetcher.environ["HF_ENDPOINT"] = web.url
    Hub(web, "team/evil", {name: b"evil"})

    assert fetcher.fetch("hf", repoId="team/evil").code == 1
    assert not list(fetcher.root.parent.rglob("escaped"))


def test_a_file_elsewhere_is_reached_only_where_that_is_allowed(fetcher: Fetcher, hub: Hub) -> None:
    """Large files are redirected to a store of their own."""
    fetcher.environ["REFEREE_TEST_DATA_NETWORKS"] = "127.0.0.1/32"
    where = {"Location": f"http://127.0.0.2:{hub.web.port}/store", "X-Linked-Size": "6", "X-Linked-Etag": '"e"'}
    path = f"/datasets/team/sums/resolve/{COMMIT}/README.md"
    hub.web.pages[path] = (302, where | {"X-Repo-Commit": COMMIT}, b"")

    assert fetcher.refusal("hf", repoId="team/sums")[0] == "TestDataForbidden"
    assert "/store" not in str(hub.calls())


def test_what_is_not_public_is_not_asked(fetcher: Fetcher, hub: Hub) -> None:
    del fetcher.environ["REFEREE_TEST_DATA_NETWORKS"]

    assert fetcher.refusal("hf", repoId="team/sums")[0] == "TestDataForbidden"
    assert hub.calls() == []
