"""`referee cancel` and `referee rerun`."""

import sys

from referee.api.evaluationjob import EvaluationJob
from referee.cli import exit_codes
from referee.cli.remote import edits
from referee.cli.remote.asking import ask, checked
from referee.cli.remote.flags import Flags
from referee.cli.remote.following import follow, goes_on
from referee.cli.remote.port import Remote, Show


def cancel(flags: Flags, name: str) -> int:
    """End a job; what it has so far is kept."""

    async def work(remote: Remote) -> int:
        job = EvaluationJob.model_validate(await remote.get(checked(name)))
        await remote.edit(name, edits.cancelled(job))
        sys.stderr.write(f"{name}: is being cancelled; its adapters are told to end and to hand over what they have\n")
        return exit_codes.OK

    return ask(flags, work)


def rerun(flags: Flags, name: str, output: str, *, failed: bool, show: Show | None) -> int:
    """Start another attempt of a finished job; `show`: wait for its outcome."""

    async def work(remote: Remote) -> int:
        job = EvaluationJob.model_validate(await remote.get(checked(name)))
        await remote.edit(name, edits.run_again(job, failed=failed))
        sys.stderr.write(f"{name}: attempt {job.status.attempt + 1} begins\n")
        return exit_codes.OK if show is None else await follow(remote, name, output, show)

    return ask(flags, work, None if show is None else lambda: goes_on(name))


def watch(flags: Flags, name: str, output: str) -> int:
    """Show a job until it is over."""
    return ask(flags, lambda remote: follow(remote, checked(name), output), lambda: goes_on(name))
