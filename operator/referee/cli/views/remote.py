"""A run that a gateway or a cluster knows.

Its samples are fetched once. A cluster by itself keeps none: then there are none, with a word.
"""

import sys
from contextlib import aclosing

from referee.cli.remote.port import Absent, Lost, Remote, RemoteError
from referee.cli.views.spool import Spool
from referee.report.runview import RunView


async def remote_view(remote: Remote, name: str, *, samples: bool) -> RunView:
    """The run of a job, and its samples where they are wanted.

    Raises:
        RemoteError: it cannot be read.
    """
    job, results, spool = await remote.get(name), await remote.results(name), Spool()
    if samples:
        try:
            async with aclosing(remote.samples(name)) as pieces:
                async for piece in pieces:
                    spool.write(piece)
        except (Absent, Lost):
            raise
        except RemoteError as error:
            spool.clear()
            sys.stderr.write(f"without samples: {error}\n")
    return RunView(job, results, spool.records, f"{name} in {remote.place}")
