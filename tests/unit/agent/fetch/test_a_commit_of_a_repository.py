"""A git source: what the ref comes to, and the plain files of it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.agent.fetch.gitserver import GitServer, git_server
from tests.unit.agent.fetch.world import Fetcher


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    (tmp_path / "repositories").mkdir()
    with git_server(tmp_path / "repositories") as running:
        yield running


def test_a_branch_comes_to_its_commit_and_its_files(fetcher: Fetcher, server: GitServer) -> None:
    server.commit("sets", a__old=b"old")
    commit = server.commit("sets", a__old=b"new", b=b"b", a__deep__er=b"")

    ended = fetcher.fetch("git", url=f"{server.url}/sets", ref="main")

    assert ended.code == 0, ended.log
    assert ended.message == {"resolved": commit, "bytes": 4}
    assert ended.files == {"a/old": b"new", "b": b"b", "a/deep/er": b""}


def test_an_earlier_commit_is_fetched_by_its_digits(fetcher: Fetcher, server: GitServer) -> None:
    earlier = server.commit("sets", a=b"earlier")
    server.commit("sets", a=b"later")

    ended = fetcher.fetch("git", url=f"{server.url}/sets", ref=earlier)

    assert ended.message["resolved"] == earlier, ended.log
    assert ended.files == {"a": b"earlier"}


def test_a_commit_is_fetched_from_a_server_that_gives_branches_alone(fetcher: Fetcher, server: GitServer) -> None:
    earlier = server.commit("sets", a=b"earlier")
    server.commit("sets", a=b"later")
    server.newest = False

    assert fetcher.fetch("git", url=f"{server.url}/sets", ref=earlier).files == {"a": b"earlier"}


@pytest.mark.parametrize("annotated", [["--annotate", "--message", "first"], []], ids=["annotated", "light"])
def test_a_tag_comes_to_its_commit(fetcher: Fetcher, server: GitServer, annotated: list[str]) -> None:
    commit = server.commit("sets", a=b"tagged")
    server.git("sets", "tag", *annotated, "v1")
    server.commit("sets", a=b"later")

    ended = fetcher.fetch("git", url=f"{server.url}/sets", ref="v1")

    assert ended.message["resolved"] == commit, ended.log
    assert ended.files == {"a": b"tagged"}


def test_only_one_commit_comes_over_the_wire(fetcher: Fetcher, server: GitServer) -> None:
    fetcher.environ["REFEREE_TEST_DATA_MAX_BYTES"] = "100000"
    server.commit("sets", a=os.urandom(200_000))
    server.commit("sets", a=b"small")

    assert fetcher.fetch("git", url=f"{server.url}/sets", ref="main").files == {"a": b"small"}


def test_a_directory_of_it_lands_as_the_root(fetcher: Fetcher, server: GitServer) -> None:
    server.commit("sets", a__b__c=b"c", a__d=b"d", e=b"e")

    assert fetcher.fetch("git", url=f"{server.url}/sets", ref="main", subPath="a/b").files == {"c": b"c"}
    assert fetcher.refusal("git", url=f"{server.url}/sets", ref="main", subPath="a/x")[0] == "TestDataNotFound"
    assert fetcher.refusal("git", url=f"{server.url}/sets", ref="main", subPath="e")[0] == "TestDataNotFound"


def test_links_and_submodules_are_left_out_and_named(fetcher: Fetcher, server: GitServer) -> None:
    commit = server.commit("sets", a=b"a")
    (server.directory / "sets" / "link").symlink_to("/etc/passwd")
    server.git("sets", "update-index", "--add", "--cacheinfo", f"160000,{commit},module")
    server.git("sets", "add", "link")
    server.git("sets", "commit", "--message", "odd things")

    ended = fetcher.fetch("git", url=f"{server.url}/sets", ref="main")

    assert ended.files == {"a": b"a"}
    assert "left out: 'link'" in ended.log
    assert "left out: 'module'" in ended.log


def test_a_tree_with_a_name_that_leads_elsewhere_is_refused(fetcher: Fetcher, server: GitServer) -> None:
    """Git itself makes no such tree; somebody who means it does."""
    server.commit("sets", a=b"a")
    blob = bytes.fromhex(server.git("sets", "rev-parse", "HEAD:a"))
    path = server.directory / "evil.tree"
    path.write_bytes(b"100644 ..\0" + blob)
    tree = server.git("sets", "hash-object", "-t", "tree", "-w", "--literally", str(path))
    commit = server.git("sets", "commit-tree", tree, "-m", "evil")
    server.git("sets", "update-ref", "refs/heads/evil", commit)

    reason, message = fetcher.refusal("git", url=f"{server.url}/sets", ref="evil")

    assert reason == "TestDataForbidden"
    assert "no path below" in message


def test_more_than_is_allowed_is_refused(fetcher: Fetcher, server: GitServer) -> None:
    fetcher.environ["REFEREE_TEST_DATA_MAX_BYTES"] = "100000"
    server.commit("sets", a=bytes(1_000_000))  # packed it is small

    assert fetcher.refusal("git", url=f"{server.url}/sets", ref="main")[0] == "TestDataTooLarge"


def test_files_that_are_kept_elsewhere_are_said(fetcher: Fetcher, server: GitServer) -> None:
    server.commit("sets", a=b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n")

    reason, message = fetcher.refusal("git", url=f"{server.url}/sets", ref="main")

    assert reason == "TestDataNotFound"
    assert "Git LFS" in message


@pytest.mark.parametrize("ref", ["nightly", "refs/heads/nightly", "0" * 40, "abc1234"])
def test_a_ref_that_is_not_there_is_said(fetcher: Fetcher, server: GitServer, ref: str) -> None:
    server.commit("sets", a=b"a")

    reason, message = fetcher.refusal("git", url=f"{server.url}/sets", ref=ref)

    assert reason == "TestDataNotFound"
    assert ref in message


def test_a_repository_that_is_not_there_is_said(fetcher: Fetcher, server: GitServer) -> None:
    assert fetcher.refusal("git", url=f"{server.url}/none", ref="main")[0] == "TestDataNotFound"


@pytest.mark.parametrize(
    ("login", "secret"),
    [
        ("robot:s3cret", {"username": "robot", "password": "s3cret"}),
        ("x-access-token:s3cret", {"token": "s3cret"}),
        ("robot:s3cret", {"username": "robot", "token": "s3cret"}),
    ],
    ids=["name and password", "token", "name and token"],
)
def test_a_repository_that_asks_who_we_are(
    fetcher: Fetcher, server: GitServer, login: str, secret: dict[str, str]
) -> None:
    server.commit("sets", a=b"a")
    server.login = login

    assert fetcher.refusal("git", url=f"{server.url}/sets", ref="main")[0] == "TestDataUnauthorized"
    fetcher.secret(**secret)
    ended = fetcher.fetch("git", url=f"{server.url}/sets", ref="main")
    assert ended.files == {"a": b"a"}, ended.log
    assert "s3cret" not in ended.log + str(ended.message)


def test_what_is_not_public_is_not_asked(fetcher: Fetcher, server: GitServer) -> None:
    fetcher.environ = {}
    server.commit("sets", a=b"a")

    assert fetcher.refusal("git", url=f"{server.url}/sets", ref="main")[0] == "TestDataForbidden"
    assert server.asked == []
