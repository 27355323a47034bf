"""Order, pages and query parameters of lists."""

from typing import Any

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from referee.gateway.errors import Malformed
from referee.gateway.evalhub.listing import page_of_jobs
from referee.gateway.evalhub.pages import encode, page_of
from referee.gateway.evalhub.queries import Query
from referee.gateway.newest import NewestFirst
from referee.gateway.watched import JobEntry, evaluation_of

PATH = "/api/v1/evaluations/jobs"


def job(number: int, created: int, version: int = 1, **spec: Any) -> dict[str, Any]:
    meta = {
        "name": f"j{number}",
        "namespace": "team",
        "uid": f"u{number}",
        "resourceVersion": str(version),
        "creationTimestamp": f"2026-01-01T00:00:{created:02}Z",
    }
    return {"metadata": meta, "spec": spec}


def request(query: str) -> Request:
    raw = {"path": PATH, "raw_path": PATH.encode(), "query_string": query.encode(), "headers": []}
    return Request({"type": "http", "method": "GET", **raw})


def names(entries: Any) -> list[str]:
    return [entry.name for entry in entries]


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 59), st.sampled_from(["put", "delete", "remake"])), max_size=40
    )
)
def test_the_order_is_that_of_sorting(changes: list[tuple[int, int, str]]) -> None:
    cache: NewestFirst[JobEntry] = NewestFirst(evaluation_of)
    standing: dict[str, dict[str, Any]] = {}
    for version, (number, created, what) in enumerate(changes, 1):
        obj = job(number, created, version)
        name = obj["metadata"]["name"]
        obj["metadata"]["uid"] = standing.get(name, obj)["metadata"]["uid"] if what == "put" else f"u{version}"
        if name in standing and what == "put":
            obj["metadata"]["creationTimestamp"] = standing[name]["metadata"]["creationTimestamp"]
        elif what == "put":
            obj["metadata"]["uid"] = f"u{version}"
        if what == "delete":
            if name in standing:
                cache.delete({**standing[name], "metadata": {**standing.pop(name)["metadata"]}})
            continue
        standing[name] = obj
        cache.upsert(obj)

    newest = cache.newest("team")
    metas = [obj["metadata"] for obj in standing.values()]
    wanted = sorted(metas, key=lambda meta: (meta["creationTimestamp"], meta["uid"]), reverse=True)
    assert names(newest) == [meta["name"] for meta in wanted]
    assert [newest[at].name for at in range(len(newest))] == names(newest)
    assert names(newest[1:3]) == names(newest)[1:3]
    for at, meta in enumerate(wanted):
        assert newest.older_than(meta["creationTimestamp"], meta["uid"]) == at + 1


def filled(count: int) -> NewestFirst[JobEntry]:
    cache: NewestFirst[JobEntry] = NewestFirst(evaluation_of)
    for number in range(count):
        cache.upsert(job(number, number, displayName=f"n{number % 2}", tags=["t"] if number % 3 else []))
    return cache


@pytest.mark.parametrize("filters", ["", "&name=n1", "&tags=t", "&status=pending"])
def test_a_walk_along_next_sees_each_once_whatever_comes_and_goes(filters: str) -> None:
    cache = filled(20)
    jobs = cache.newest("team")
    wanted = names(page_of_jobs(jobs, request(filters), Query(filters)).items)
    seen: list[str] = []
    query = f"limit=3{filters}"
    for step in range(20):
        page = page_of_jobs(jobs, request(query), Query(query))
        seen += names(page.items)
        cache.upsert(job(100 + step, 59, displayName="n1", tags=["t"]))
        cache.delete(job(int(seen[-1][1:]), int(seen[-1][1:]), 10))
        if page.next is None:
            break
        query = page.next.partition("?")[2]

    assert seen == wanted


def test_pages_are_as_the_real_server_links_them() -> None:
    page = page_of(range(10), request("limit=3&offset=2&name=a%20b"))

    assert (list(page.items), page.total, page.limit) == ([2, 3, 4], 10, 3)
    assert page.first == f"{PATH}?limit=3&offset=2&name=a%20b"
    assert page.next == f"{PATH}?limit=3&name=a+b&offset=5"
    assert encode(page.frame()).startswith(b'{"first":{"href":"/api/v1/evaluations/jobs?limit=3\\u0026offset=2')
    assert page_of(range(10), request("")).next is None
    assert page_of(range(10), request("limit=0")).items == range(10)
    assert page_of(range(10), request("limit=5&offset=5")).next is None


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("x=1", "query_bad_parameter"),
        ("limit=a", "query_parameter_invalid"),
        ("limit=-1", "query_parameter_invalid"),
        ("limit=1_0", "query_parameter_invalid"),
        ("limit=٣", "query_parameter_invalid"),
        ("limit=9223372036854775808", "query_parameter_invalid"),
    ],
)
def test_parameters_are_read_strictly(query: str, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        Query(query, ["limit"]).number("limit")

    assert refused.value.message_code == code


def test_parameters_that_are_empty_are_not_given() -> None:
    query = Query("limit=&flag=&text=&limit=5&tags=a,b&tags=c,", None)

    assert (query.number("limit"), query.flag("flag"), query.text("text")) == (None, None, "")
    assert query.words("tags") == ["a", "b", "c"]
    assert (Query("flag=TRUE").flag("flag"), Query("flag=f").flag("flag")) == (True, False)
