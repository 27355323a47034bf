"""Progress of a child of several pods: each tells of its own samples only, and the job of all of them.

Added up from what the pods last told this gateway. A gateway that was just started knows them all again within the
adapters' interval, so nothing is kept anywhere else.
"""

from referee.core.children import Progress

_CHILDREN = 1000
"""Of which it is known at once; the one that was silent longest is forgotten."""


class Shares:
    """What each pod of some children told last."""

    def __init__(self) -> None:
        self._told: dict[str, dict[int, Progress]] = {}

    def add(self, child_uid: str, share: int, progress: Progress) -> Progress:
        """All of the child, now that this pod told this; counts stay where it told a phase alone."""
        told = self._told.pop(child_uid, {})
        self._told[child_uid] = told
        if len(self._told) > _CHILDREN:
            del self._told[next(iter(self._told))]
        if progress.total is not None or progress.done or share not in told:
            told[share] = progress
        totals = [one.total for one in told.values() if one.total is not None]
        return Progress(
            sum(totals) if totals else None,
            sum(one.done for one in told.values()),
            sum(one.errors for one in told.values()),
            progress.phase,
        )
