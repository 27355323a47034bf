"""`referee logs`: what adapters print."""

import sys
from contextlib import aclosing

from referee.cli import exit_codes
from referee.cli.remote.asking import ask, checked
from referee.cli.remote.flags import Flags
from referee.cli.remote.following import goes_on
from referee.cli.remote.port import LogQuery, Remote


def logs(flags: Flags, name: str, query: LogQuery) -> int:
    """Print them."""

    async def work(remote: Remote) -> int:
        empty = True
        async with aclosing(remote.logs(checked(name), query)) as pieces:
            async for piece in pieces:
                empty = False
                sys.stdout.write(piece)
                if query.follow:
                    sys.stdout.flush()
        if empty:
            sys.stderr.write(f"{name}: there is no log: nothing was printed yet, or the pods are gone unread\n")
        return exit_codes.OK

    return ask(flags, work, (lambda: goes_on(name)) if query.follow else None)
