"""The one port to wherever jobs run; a cluster and a gateway are its two implementations, held to one contract.

What travels are custom resources as plain data, since `-o json` must print what is there and not what this version
knows of it. A watch is one connection: it begins with how things stand, so whoever opens it again has missed nothing.
Cancel and rerun are edits of spec here as they are for kubectl, and are decided in `edits.py`: no third way to stop a
job.

    RemoteError            what was asked for was not done; the text is for people
    ├── Absent             there is no such object
    └── Lost               the connection broke, or the other side cannot answer now: trying again may help
"""

# ruff: noqa: N818 - the cases are named as what was found
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Document = dict[str, Any]
"""A custom resource, as it is sent."""


class RemoteError(Exception):
    """Something that was not done, and why."""


class Absent(RemoteError):
    """No such object."""


class Lost(RemoteError):
    """No answer, or one that says to come back."""


Show = Literal["progress", "result"]
"""What to see of a job that is waited for: how it runs, or only what comes of it."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What to submit, and what to do then."""

    files: Sequence[str]
    name: str | None
    output: str
    show: Show | None
    """None: it is not waited for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which jobs of a list; None: whatever it is."""

    phase: str | None = None
    group: str | None = None
    tag: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which part of a log."""

    benchmark: int | None = None
    """Its index; None: of every benchmark, one after another."""
    follow: bool = False
    """Until it ends."""
    previous: bool = False
    """Of the attempt before the newest one."""
    tail: int | None = None
    """The last lines only."""
    timestamps: bool = False
    since: int | None = None
    """Seconds from now back."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A Provider or a Collection that jobs of the namespace can name."""

    document: Document
    shared: bool
    """From the catalogue, and not the namespace's own."""


class Remote(Protocol):
    """The objects of one namespace."""

    @property
    def place(self) -> str:
        """Where this is, for messages."""
        ...

    async def submit(self, document: Document) -> Document:
        """Create an EvaluationJob."""
        ...

    async def get(self, name: str) -> Document:
        """One EvaluationJob."""
        ...

    async def jobs(self, wanted: Wanted) -> list[Document]:
        """EvaluationJobs, the newest first."""
        ...

    async def edit(self, name: str, patch: Document) -> Document:
        """Merge a patch into an EvaluationJob."""
        ...

    def watch(self, name: str) -> AsyncGenerator[Document, None]:
        """An EvaluationJob as it stands and as it changes, until the connection ends; Absent once it is deleted."""
        ...

    def logs(self, name: str, query: LogQuery) -> AsyncGenerator[str, None]:
        """Text of the adapters' logs, in pieces."""
        ...

    async def results(self, name: str) -> Mapping[int, Document]:
        """The adapters' full result documents, by the benchmark's index; none where only status is kept."""
        ...

    def samples(self, name: str) -> AsyncGenerator[bytes, None]:
        """What is kept of each sample and its scores, as JSON lines in pieces."""
        ...

    async def providers(self) -> Sequence[Offered]:
        """Every Provider that can be named."""
        ...

    async def collections(self) -> Sequence[Offered]:
        """Every Collection that can be named."""
        ...
