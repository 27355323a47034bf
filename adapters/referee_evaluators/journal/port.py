"""What the loop needs of a journal, whoever keeps it."""

from typing import Literal, Protocol

from referee_evaluators.journal.past import Past

Of = Literal["run", "baseline", "outputs"]


class NoJournal(Exception):  # noqa: N818 - an answer
    """Nobody keeps one there."""


class Journal(Protocol):
    """Keeps lines. A line that `put` has returned for is there, whatever happens to this process."""

    async def read(self, of: Of) -> Past:
        """What is kept already; sealed.

        Raises:
            NoJournal: nobody keeps one there.
            Failure: it cannot be read, for now.
        """
        ...

    async def put(self, line: bytes) -> None:
        """Keep a line; returns when it is acknowledged.

        Raises:
            Failure: it cannot be kept.
        """
        ...

    async def close(self) -> None:
        """Send what is on its way, and let go."""
        ...
