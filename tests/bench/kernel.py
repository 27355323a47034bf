"""What the kernel says of a process: the CPU it has used, and the memory it holds."""

import asyncio
import os
import re
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
_RSS = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)


def cpu(pid: int) -> float:
    """Seconds of CPU it has used, those of its threads included and those of its children not."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss(pid: int) -> float:
    """MiB it holds, shared pages of libraries included."""
    found = _RSS.search(Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


async def settled(pid: int, what: str, seconds: float = 120.0, quiet: float = 4.0) -> None:
    """Returns when it has been nearly idle for a while; `what` it is, for whoever waits in vain."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        before = cpu(pid)
        await asyncio.sleep(quiet)
        if cpu(pid) - before < quiet / 20:
            return
    raise TimeoutError(f"{what} is still busy after {seconds:g} s")
