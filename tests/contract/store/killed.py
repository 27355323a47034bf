"""A gateway reduced to its store: puts results one after another and tells of each that it was acknowledged.

Run as a program by the test that kills it: `python -m tests.contract.store.killed URL JOB_UID`.
"""

import asyncio
import itertools
import sys

from referee.store import RunRef, SampleRow, Store


async def put_until_killed(url: str, job_uid: str) -> None:
    store = await Store.open(url)
    for number in itertools.count():
        run = RunRef("team", "capitals", job_uid, f"{job_uid}-{number}", number, 1)
        await store.journal.put(run, [SampleRow("s", 0, {"number": number})])
        await store.results.put(run, "sha256:1", {"number": number})
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(put_until_killed(*sys.argv[1:]))
