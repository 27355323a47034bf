"""The same requests to two servers in turn, so that what the machine does besides hits both alike; medians are told.

The rate is what users feel. On few cores it is also the load generator's, so beside it stands what a server spends:
CPU for 1,000 answers, which says as much about a rate on more cores.
"""

import asyncio
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tests.bench.load import load
from tests.bench.rows import Goal, Row
from tests.bench.served import PEER, Server

CONNECTIONS = 8
_THOUSAND = 1000


@dataclass(frozen=True)
class Side:
    """One of the two."""

    server: Server
    requests: Callable[[int], Iterable[bytes]]
    """What it is asked in a round; the first round, number 0, warms it and is not counted."""


@dataclass(frozen=True)
class Taken:
    """What one of the two did."""

    rate: float
    """Answers a second."""
    cpu: float
    """Seconds of CPU for 1,000 answers."""
    size: float
    """Bytes of an answer."""


async def in_turns(ours: Side, theirs: Side, rounds: int, expected: int = 200) -> tuple[Taken, Taken]:
    """What each took, over some rounds."""
    taken: tuple[list[Taken], list[Taken]] = ([], [])
    for number in range(rounds + 1):
        for side, found in zip((ours, theirs), taken, strict=True):
            found.append(await asyncio.to_thread(_round, side, number, expected))
    return _median(taken[0][1:]), _median(taken[1][1:])


def beside_the_peer(name: str, taken: tuple[Taken, Taken], goal: Goal | None = None, difference: str = "") -> list[Row]:
    """The rate, and the server's CPU; `difference`: in what the two answers do not mean the same."""
    ours, theirs = taken
    sizes = f"; answers of {theirs.size / 1000:.1f} kB, ours {ours.size / 1000:.1f} kB" if ours.size > _THOUSAND else ""
    peer = f"{PEER}{sizes}{difference}"
    return [
        Row(name, "/s", ours.rate, theirs.rate, peer, goal),
        Row(f"{name}: the server's CPU for 1,000", "s", ours.cpu, theirs.cpu, PEER),
    ]


def _round(side: Side, number: int, expected: int) -> Taken:
    requests = list(side.requests(number))
    before = side.server.cpu()
    done = load(side.server.target, requests, CONNECTIONS, expected)
    spent = side.server.cpu() - before
    return Taken(done.rate, spent / len(requests) * _THOUSAND, done.size)


def _median(found: Sequence[Taken]) -> Taken:
    return Taken(*(statistics.median(getattr(one, name) for one in found) for name in ("rate", "cpu", "size")))
