"""The port to the children: who is calling, and where a child's results are kept.

In a cluster a child is a Job and results are annotations on it (`jobs`); on a laptop it is a process and results are
files (`referee.local.children`). The events endpoint cannot tell which, so an adapter meets the same rules in both,
and one contract suite (`tests/contract/children`) holds for both. A port and not a base class: the two share no code.

Everything that comes in here has been checked: documents are results that `core.result` can read. They are whole: where
only so much can stand beside a child, the port cuts them, and keeps the rest elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from referee.core.children import Progress

Document = Mapping[str, Any]
"""A result as JSON."""


@dataclass(frozen=True, slots=True)
class ChildRef:
    """One child, for good: another child of the same name later has another uid."""

    namespace: str
    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class OtherRun:
    """A run of another job in the same namespace."""

    job: str
    job_uid: str
    first: int
    last: int
    """The attempts at its benchmark that count."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credential came with a request, and what it may report about: one benchmark of one job."""

    child: ChildRef
    job: str
    """Name of the EvaluationJob, which is the job id on the wire."""
    provider: str
    benchmark: str
    index: int
    kept: frozenset[str] = frozenset()
    """Metrics that must survive when a result is cut to size, as the plan names them."""
    job_uid: str = ""
    """Of the EvaluationJob; empty where there is no cluster."""
    attempt: int = 1
    """Which attempt at the benchmark the child is, counted over the job's whole life."""
    first_attempt: int = 1
    """The first one of the same plan."""
    share: int | None = None
    """Its index among several pods of the child, each of which leaves a receipt; None: it is the only one."""
    others: Mapping[str, OtherRun] = field(default_factory=dict, hash=False)
    """Which other runs its plan names, whose journals it may read: by `baseline` and `outputs`."""


class Children(Protocol):
    """What the events endpoint asks of the place where children live.

    Every method may raise `errors.Unavailable`, and then nothing was acknowledged.
    """

    async def identify(self, credential: str) -> Caller:
        """Say whose credential this is: a token in a cluster, the secret of the path on a laptop.

        Raises:
            Unauthenticated: it is no credential of ours.
            NotPermitted: it was one, but its child's pod or process is over or was never a child.
        """
        ...

    async def knows(self, caller: Caller, job: str) -> bool:
        """Whether another job of this name exists beside the caller's: 403 for that one, 404 for none."""
        ...

    async def put_result(self, caller: Caller, result: Document) -> None:
        """Keep the final result, whole; returns when it is durable, also if the very same one was kept before.

        Of one pod of several a receipt is kept, and the first of each stands.

        Raises:
            Standing: another final result stands, or the child is over.
            Unknown: the child is gone; one of the same name does not get its result.
            TooLarge: what must be kept beside the child is too much.
        """
        ...

    async def put_partial(self, caller: Caller, result: Document) -> None:
        """Keep what was done so far, over an earlier partial; returns when it is durable.

        Raises:
            Standing: a final result stands, or the child is over.
            Unknown: the child is gone.
        """
        ...

    async def put_progress(self, caller: Caller, progress: Progress) -> None:
        """Take progress in at once; it is written when it is worth a write.

        Raises:
            Standing: the child is over and left no result. After a final result progress is late, no mistake.
        """
        ...
