"""Where our answers differ from the published EvalHub server's, and why: the only differences that there may be.

`test_side_by_side.py` finds them; docs/evalhub.md shows this table. `shapes.py` says how a difference is written.
"""

import re
from dataclasses import dataclass

_ANY = "*"


@dataclass(frozen=True)
class Difference:
    """One thing that differs, wherever it shows."""

    title: str
    """What differs: EvalHub's way first."""
    why: str
    found: tuple[str, ...]
    """How it is written; `*` stands for anything."""
    rows: tuple[str, ...] = (_ANY,)
    """The requests that show it; `*` stands for anything."""

    def covers(self, row: str, one: str) -> bool:
        """Whether this explains one difference of one row."""
        return any(_fits(pattern, row) for pattern in self.rows) and any(_fits(pattern, one) for pattern in self.found)


def _fits(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split(_ANY))), text, re.DOTALL) is not None


DIFFERENCES = (
    Difference(
        "Who calls is not asked; here without a token: 401 `unauthorized`",
        "A person's token decides what that person may; EvalHub leaves that to a proxy in front of it.",
        ("status 200 → 401", "code none → unauthorized"),
        ("no credential",),
    ),
    Difference(
        "A job under another tenant: 404; here 403 where the gateway was not installed for that namespace",
        "Nothing is said about jobs there; that the gateway does not serve it helps whoever mistyped a tenant.",
        ("status 404 → 403", "code resource_not_found → forbidden"),
        ("a job, as another tenant",),
    ),
    Difference(
        "Errors have `message_code`, `message`, `trace`; here also `detail`, the same as `message`",
        "`evalhub` prints `detail`, and the whole JSON where there is none.",
        ("+detail",),
    ),
    Difference(
        "Addresses that do not exist: plain text; here the same JSON as every error",
        "One way to read errors.",
        ("header content-type: text/plain; charset=utf-8 → application/json", "header x-global-transaction-id: *"),
        ("an address that does not exist", "a slash at the end", "the benchmarks' own list"),
    ),
    Difference(
        "405 without `Allow`; here with it",
        "HTTP demands it.",
        ("header allow: none → *",),
        ("health, posted", "another method", "HEAD"),
    ),
    Difference(
        "Its local mode lets every web page in (CORS `*`, OPTIONS 204); here no other origin",
        "A gateway is no laptop's server; a web page would act with whatever token it got hold of.",
        ("header access-control-allow-origin: * → none", "status 204 → 405", "code none → method_not_allowed"),
    ),
    Difference(
        "204 with a Content-Type; here without",
        "There is no content.",
        ("header content-type: application/json → none",),
    ),
    Difference(
        "Lists without `limit` end after 50; here they are complete, and say `limit: 0`",
        "The SDK and the CLI never ask for a second page, so their users see 50 of 63 providers.",
        ("limit: 50 → 0",),
    ),
    Difference(
        "Lists of jobs follow their random ids; here the newest is first, and `next` holds a place",
        "A page is the same page when somebody else submits, and the job of a minute ago is on the first.",
        ("*items[].*",),
        ("jobs, limit=2",),
    ),
    Difference(
        "`limit=0` has a `next` that leads to itself; here none",
        "A walk along `next` ends.",
        ("-next",),
        ("* limit=0",),
    ),
    Difference(
        "Names in `runtime.k8s` as in its program (`CPURequest`), empty ones too; here as in its files (`cpu_request`)",
        "What is read back can be sent again. Both are taken; EvalHub loses `cpu_request` and `memory_*` sent by REST.",
        ("-*runtime.k8s.*", "+*runtime.k8s.*"),
    ),
    Difference(
        "A provider without anything (`{}`): 201; here 400",
        "It breaks every list that the SDK reads.",
        ("status 201 → 400", "code none → request_validation_failed"),
        ("a new provider, {}",),
    ),
    Difference(
        "Names of buckets, Secrets and volumes are taken as they are; here one that cannot exist is 400",
        "It would be found out by a pod, minutes later.",
        ("status 202 → 400", "code none → request_validation_failed"),
        ("a job with data in a bucket that cannot be",),
    ),
    Difference(
        "PATCH takes a JSON Patch alone; here an object too, as a merge patch",
        "`patch` of the SDK and of the CLI sends an object, and has never worked with EvalHub.",
        ("status 400 → 200", "code invalid_json_request → none"),
        ("a provider, merge patch", "a collection, merge patch"),
    ),
    Difference(
        "`status.benchmarks` has those that have reported; here all, from the first answer on",
        "The SDK takes a job for done once all that are listed are: with EvalHub it returns before the second began.",
        ("+*status.benchmarks", "*status.benchmarks[].*: * → *"),
    ),
    Difference(
        "With its end a benchmark loses `phase` and `started_at`, a failed one has no `completed_at`; here all stay",
        "How long it took is asked afterwards.",
        ("+*status.benchmarks[].phase", "+*status.benchmarks[].started_at", "+*status.benchmarks[].completed_at"),
    ),
    Difference(
        "Here documents of jobs have `referee`: phase, conditions, score with its interval, verdict",
        "What EvalHub has no word for. The SDK's models leave it out; it is in the JSON.",
        ("+referee", "+items[].referee"),
    ),
    Difference(
        "`results.test` says nothing of benchmarks without criteria; here `not_scored` names them by index",
        "A score that leaves something out says so.",
        ("+results.test.not_scored",),
        ("a completed job",),
    ),
    Difference(
        "A benchmark that failed has failed; here it is tried once more (`backoffLimit: 1`), then it has",
        "A model that was away for a minute costs no night's run.",
        ("attempts: 1 → 2",),
        ("an event that a benchmark failed", "an event that the only benchmark failed"),
    ),
    Difference(
        "Sections of a job's log follow each other at once; here with an empty line between them",
        "Where one adapter ends and the next begins is seen at a glance.",
        ("text: *",),
        ("the log of a job",),
    ),
    Difference(
        "Logs announce a trailer `X-Log-Truncated`; here not",
        "No client reads it. Of one container the last 1 MiB is kept.",
        ("header trailer: X-Log-Truncated → none",),
    ),
    Difference(
        "The log of a benchmark that the job does not have: 200, empty; here 404",
        "An empty log looks like an adapter that says nothing.",
        ("status 200 → 404", "code none → resource_not_found"),
        ("the log of a benchmark that is not there",),
    ),
    Difference(
        "Unknown parameters of logs are ignored; here 400 `query_bad_parameter`, as everywhere else",
        "A mistyped `tail_line` would pass for the whole log.",
        ("status 200 → 400", "code none → query_bad_parameter"),
        ("a log, an unknown parameter",),
    ),
)
