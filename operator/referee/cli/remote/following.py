"""A job seen while it runs somewhere else: the same bars and lines as of `referee run`, and the same report at its end.

The connection may break while the job goes on: it is opened again, for as long as it takes, and nothing is missed,
since each begins with how things stand. Only the first one must succeed, or a mistyped address would wait for ever.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing

from referee.api.conditions import Condition, ConditionType
from referee.api.evaluationjob import EvaluationJob
from referee.api.status import EvaluationJobStatus
from referee.cli import exit_codes
from referee.cli.progress import Lines, View, view
from referee.cli.remote.edits import over
from referee.cli.remote.place import RemotePlace
from referee.cli.remote.port import Document, Lost, Remote, Show
from referee.cli.remote.shapes import dump
from referee.core.cannot_pass import in_vain
from referee.core.conditions import get
from referee.core.outlook import expected
from referee.report import words

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0
"""Seconds between tries to connect again."""
_WAITING = (ConditionType.STALLED, ConditionType.SUSPENDED, ConditionType.QUEUED)
"""Why nothing runs: on a machine of one's own none of these lasts."""


class _Silent(Lines):
    """Says what goes wrong with the connection, and nothing of the run."""

    def changed(self, before: EvaluationJobStatus, job: EvaluationJob) -> None:
        """Nothing."""


async def follow(remote: Remote, name: str, output: str, show: Show = "progress") -> int:
    """Wait until the job is over, print what came of it, and return the exit code of its outcome."""
    before = EvaluationJobStatus()
    with view() if show == "progress" else _Silent() as shown:
        async with aclosing(_states(remote, name, shown)) as states:
            async for document in states:
                job = EvaluationJob.model_validate(document)
                for condition in _news(before, job.status):
                    shown.say(f"{condition.reason}: {condition.message or words.sentence(condition.reason)}")
                shown.changed(before, job)
                for warning in (*in_vain(before, job), *expected(before, job)):
                    shown.say(warning)
                before = job.status
                if over(job):
                    break
    return report(document, output)


def report(document: Document, output: str) -> int:
    """Print a finished job, and return its exit code."""
    job = EvaluationJob.model_validate(document)
    if output == "table":
        from referee.cli.table import print_results  # noqa: PLC0415 - nobody else needs it

        print_results(job, RemotePlace(job.metadata.name))
    else:
        sys.stdout.write(dump(document, output))
        sys.stderr.write(words.conclusion(job.status) + "\n")
    return exit_codes.of_job(job)


def goes_on(name: str) -> str:
    """What to know after a Ctrl-C."""
    return f"{name} goes on without you: `referee watch {name}` follows it again, `referee cancel {name}` ends it"


def _news(before: EvaluationJobStatus, after: EvaluationJobStatus) -> list[Condition]:
    """Why it waits, when that is new."""
    if after.completion_time is not None:
        return []
    stood = {c.type: (c.status, c.reason) for c in before.conditions}
    found = (get(after.conditions, type_) for type_ in _WAITING)
    return [c for c in found if c is not None and c.status == "True" and stood.get(c.type) != (c.status, c.reason)]


async def _states(remote: Remote, name: str, shown: View) -> AsyncGenerator[Document, None]:
    known, pause = False, _FIRST_PAUSE
    while True:
        try:
            async with aclosing(remote.watch(name)) as states:
                async for document in states:
                    known, pause = True, _FIRST_PAUSE
                    yield document
        except Lost as error:
            if not known:
                raise
            if pause == _FIRST_PAUSE:
                shown.say(f"{error}; trying again, the job goes on meanwhile")
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
