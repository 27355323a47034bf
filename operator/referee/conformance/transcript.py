"""What was seen of an adapter in one scenario: the evidence that rules are judged on."""

from dataclasses import dataclass
from typing import Any

from referee.gateway.reporting.wire import Event

TERMINAL = ("completed", "failed")


@dataclass(frozen=True, slots=True)
class Post:
    """One request to the events endpoint."""

    at: float
    """Seconds since the adapter was started, when it was answered."""
    path: str
    raw: bytes
    answer: int
    """Status of the answer; 0: nobody answered."""
    event: Event | None = None
    problem: str = ""
    """Why the body is no event."""

    @property
    def terminal(self) -> bool:
        """Whether it says that the benchmark is over."""
        return self.event is not None and self.event.status in TERMINAL

    @property
    def acknowledged(self) -> bool:
        """Whether the host took it."""
        return 200 <= self.answer < 300  # noqa: PLR2004 - HTTP's success


@dataclass(frozen=True, slots=True)
class Transcript:
    """One run of the adapter."""

    spec: dict[str, Any]
    """What job.json said."""
    secret: str
    """The api key that it was given."""
    posts: tuple[Post, ...]
    exit_code: int | None
    """None: it did not end in time and was killed."""
    seconds: float
    """Until it ended, or was killed."""
    output: str
    """What it printed, the end of it."""
    termination_message: str = ""
    files: tuple[str, ...] = ()
    """Files under its writable directory that hold the secret."""
    model_calls: int = 0
    told_to_end_at: float | None = None
    """When it got SIGTERM."""

    @property
    def events(self) -> list[Event]:
        """The posts that are events, in their order."""
        return [post.event for post in self.posts if post.event is not None]

    @property
    def result(self) -> Event | None:
        """The first event that ends the benchmark."""
        return next((event for event in self.events if event.status in TERMINAL), None)
