"""A gateway that is killed at a certain point of each result's way, and comes back: `python -m … POINT DIRECTORY NAME`.

The gateway is the real one, in a process of its own, and dies of SIGKILL: nothing in it can tidy up. It is forked from
a process that has imported everything, so that it comes back in a tenth of a second. What it was killed for stands in
the directory, once for each result and gateway: the next time the same result passes.

    before the store     the result has come in, and nothing was kept
    after the store      the store has it, and its child Job does not
    after the job        both have it, and the adapter was not told

    after a posting      the store has what somebody posted, and neither they nor the job was told
"""

import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from referee.gateway import __main__ as gateway
from referee.gateway import surfaces
from referee.gateway.reporting.children import Caller, Document
from referee.gateway.reporting.jobs import JobChildren
from referee.store import RunRef, SampleRow, ScoreRow
from referee.store.postings import Postings
from referee.store.results import Results
from tests.testbed.kernel import die_with_parent

PRELOADED = (surfaces,)
"""Imported by the gateway itself only when it serves; here before the fork."""

POINTS = ("before the store", "after the store", "after the job")
"""Of a result's way."""
POSTED = "after a posting"


class Executioner:
    """Kills this process once for each child."""

    def __init__(self, point: str, directory: Path, name: str) -> None:
        self._point, self._directory, self._name = point, directory, name

    def at(self, point: str, child_uid: str) -> None:
        """We are there."""
        if point != self._point:
            return
        with contextlib.suppress(FileExistsError):
            os.close(os.open(self._directory / f"{child_uid}.{self._name}", os.O_CREAT | os.O_EXCL))
            os.kill(os.getpid(), signal.SIGKILL)


def arm(executioner: Executioner) -> None:
    """Stand at the points of a result's way."""
    put, put_result = Results.put, JobChildren.put_result

    async def watched_put(self: Results, run: RunRef, digest: str, document: Mapping[str, Any]) -> None:
        executioner.at("before the store", run.child_uid)
        await put(self, run, digest, document)
        executioner.at("after the store", run.child_uid)

    async def watched_put_result(self: JobChildren, caller: Caller, document: Document) -> None:
        await put_result(self, caller, document)
        executioner.at("after the job", caller.child.uid)

    put_posted = Postings.put

    async def watched_posting(
        self: Postings, run: RunRef, rows: Sequence[SampleRow] = (), made: Sequence[ScoreRow] = ()
    ) -> int:
        revision = await put_posted(self, run, rows, made)
        executioner.at(POSTED, run.job_uid)
        return revision

    Postings.put = watched_posting  # type: ignore[method-assign]
    Results.put = watched_put  # type: ignore[method-assign]
    JobChildren.put_result = watched_put_result  # type: ignore[method-assign]


def main() -> None:
    """Be the gateway, again and again."""
    point, directory, name = sys.argv[1:]
    arm(Executioner(point, Path(directory), name))
    while True:
        pid = os.fork()
        if not pid:
            die_with_parent()
            gateway.main()
            os._exit(0)
        signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))  # noqa: B023 - the one of this round
        _, status = os.waitpid(pid, 0)
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            sys.exit(abs(os.waitstatus_to_exitcode(status)))


if __name__ == "__main__":
    main()
