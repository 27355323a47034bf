"""Pages of a list: the newest first, none twice and none left out, whatever comes and goes in between."""

import base64
import json

import pytest

from referee.gateway.errors import Malformed
from referee.gateway.native.lists import Filter, page, written
from tests.unit.gateway.native.entries import NAMESPACE, Cached, job


def names(cached: Cached, limit: int = 0, after: str | None = None, **wanted: str) -> tuple[list[str], str | None]:
    entries, following = page(cached.objects.jobs(NAMESPACE), Filter(**wanted), limit, after)
    return [entry.name for entry in entries], following


def test_without_a_limit_it_is_complete(cached: Cached) -> None:
    cached.put(*(job(f"j{n}", n + 1, minute=n) for n in range(5)))
    assert names(cached) == (["j4", "j3", "j2", "j1", "j0"], None)


def test_pages_stay_right_while_jobs_come_and_go(cached: Cached) -> None:
    cached.put(*(job(f"j{n}", n + 1, minute=n) for n in range(5)))
    first, token = names(cached, 2)
    assert first == ["j4", "j3"]

    cached.put(job("newer", 10, minute=30))
    cached.jobs.discard((NAMESPACE, "j3"), "uid-of-j3")

    second, token = names(cached, 2, token)
    assert second == ["j2", "j1"]
    assert names(cached, 2, token) == (["j0"], None)


def test_a_page_is_filled_with_what_is_wanted(cached: Cached) -> None:
    cached.put(
        job("a", 1, minute=1, tags=["x"], phase="Running"),
        job("b", 2, minute=2, group="g", tags=["x"]),
        job("c", 3, minute=3),
        job("d", 4, minute=4, tags=["x"], phase="Completed"),
    )
    first, token = names(cached, 2, tag="x")
    assert first == ["d", "b"]
    assert names(cached, 2, token, tag="x") == (["a"], None)
    assert names(cached, group="default") == (["d", "c", "a"], None)
    assert names(cached, phase="Running") == (["a"], None)


@pytest.mark.parametrize(
    "token", ["x", "é", "", "MQ==", base64.b64encode(b'["a"]').decode(), base64.b64encode(b'[1,"a"]').decode()]
)
def test_a_token_that_no_list_gave_is_refused(cached: Cached, token: str) -> None:
    cached.put(job("a", 1))
    if not token:
        assert names(cached, 1, token) == (["a"], None)
        return
    with pytest.raises(Malformed, match="continue: is no text that a list has given"):
        names(cached, 1, token)


async def test_what_is_written_is_one_document_however_many_there_are() -> None:
    for count in (0, 1, 50, 51, 120):
        parts = [part async for part in written("EvaluationJob", iter([{"n": n} for n in range(count)]), "t")]
        document = json.loads(b"".join(parts))
        assert document == {
            "apiVersion": "referee.dev/v1alpha1",
            "kind": "EvaluationJobList",
            "metadata": {"continue": "t"},
            "items": [{"n": n} for n in range(count)],
        }
