"""Lists of jobs: newest first, complete without `limit`, and pages that can be walked while jobs come and go.

`next` carries a cursor (`after`) beside EvalHub's `offset`: it continues behind the last job of the page, wherever
that is by then, so a walk along `next` shows each job that stood when it began once, and none twice. Who counts
`offset` up without it sees a job twice when another was added meanwhile, and misses one when one was deleted; there
EvalHub, whose order is random, shows anything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import Request

from referee.gateway.errors import Malformed
from referee.gateway.evalhub.pages import PAGING, Page, here, next_href
from referee.gateway.evalhub.queries import Query
from referee.gateway.evalhub.wire.states import state_of
from referee.gateway.newest import Newest
from referee.gateway.objects import JobEntry

AFTER = "after"
PARAMETERS = (*PAGING, "status", "name", "tags", "owner", "experiment_id", AFTER)
_SEPARATOR = "_"

Filter = Callable[[JobEntry], bool]


def page_of_jobs(jobs: Newest[JobEntry], request: Request, query: Query) -> Page[JobEntry]:
    """The page that a request asks for."""
    limit, offset = query.number("limit") or 0, query.number("offset") or 0
    cursor = _cursor(query.text(AFTER))
    wanted = filter_of(query)
    if wanted is None:
        start = offset if cursor is None else jobs.older_than(*cursor)
        end = start + limit if limit else len(jobs)
        return _page(_Cut(jobs[start:end], len(jobs), more=end < len(jobs)), limit, offset, request, query)
    matching = [entry for entry in jobs if wanted(entry)]
    left = matching if cursor is None else [entry for entry in matching if (entry.created, entry.uid) < cursor]
    start = offset if cursor is None else 0
    end = start + limit if limit else len(left)
    return _page(_Cut(left[start:end], len(matching), more=end < len(left)), limit, offset, request, query)


@dataclass(frozen=True, slots=True)
class _Cut:
    items: Sequence[JobEntry]
    total: int
    more: bool


def _page(cut: _Cut, limit: int, offset: int, request: Request, query: Query) -> Page[JobEntry]:
    following = None
    if cut.more and cut.items:
        last = cut.items[-1]
        cursor = f"{last.created}{_SEPARATOR}{last.uid}"
        following = next_href(request, query, offset=offset + limit, **{AFTER: cursor})
    return Page(cut.items, cut.total, limit, here(request), following)


def filter_of(query: Query) -> Filter | None:
    """What jobs are asked for; None: all of them."""
    tests: list[Filter] = []
    if status := query.text("status"):
        tests.append(lambda job: state_of(job.phase) == status)
    if name := query.text("name"):
        tests.append(lambda job: (job.display_name or job.name) == name)
    if tags := set(query.words("tags")):
        tests.append(lambda job: tags.issubset(job.tags))
    if owner := query.text("owner"):
        tests.append(lambda job: job.owner == owner)
    if experiment := query.text("experiment_id"):
        # the tracker's own ids are not known here
        tests.append(lambda job: job.experiment == experiment)
    if not tests:
        return None
    return tests[0] if len(tests) == 1 else lambda job: all(test(job) for test in tests)


def _cursor(text: str) -> tuple[str, str] | None:
    if not text:
        return None
    created, separator, uid = text.partition(_SEPARATOR)
    if not separator:
        message = f"The query parameter '{AFTER}' is not a valid cursor: '{text:.80}'. Follow `next` as it is."
        raise Malformed(message, code="query_parameter_invalid")
    return created, uid
