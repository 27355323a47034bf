"""One command's way to the remote side and back: the session, the errors as sentences, the exit code."""

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable

from referee.cli import exit_codes
from referee.cli.remote.choosing import choose, opened
from referee.cli.remote.contexts import Context
from referee.cli.remote.flags import Flags
from referee.cli.remote.port import Remote, RemoteError

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")


def ask(flags: Flags, work: Callable[[Remote], Awaitable[int]], interrupted: Callable[[], str] | None = None) -> int:
    """Do the work with the remote side that the flags mean; `interrupted` says what goes on after a Ctrl-C."""
    try:
        return asyncio.run(_with_remote(choose(flags, os.environ), work))
    except RemoteError as error:
        return refused(error)
    except KeyboardInterrupt:
        if interrupted is not None:
            sys.stderr.write(interrupted() + "\n")
        return exit_codes.INTERRUPTED
    except BrokenPipeError:
        return nobody_reads()


def refused(error: RemoteError) -> int:
    """Say why it could not be done."""
    for line in str(error).splitlines():
        sys.stderr.write(f"Error: {line}\n")
    return exit_codes.COULD_NOT_RUN


def nobody_reads() -> int:
    """Whoever read has seen enough."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - or Python complains at its exit
    return exit_codes.PIPE


def checked(name: str) -> str:
    """A name that can be one: it becomes part of an address."""
    if not _NAME.fullmatch(name):
        raise RemoteError(f"{name!r} is no name of an EvaluationJob: lower case letters, digits, - and .")
    return name


async def _with_remote(context: Context, work: Callable[[Remote], Awaitable[int]]) -> int:
    async with opened(context, os.environ) as remote:
        return await work(remote)
