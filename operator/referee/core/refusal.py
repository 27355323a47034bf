"""Why a job cannot be planned: a reason and a sentence; raised while it is resolved, a value to everybody else."""

from dataclasses import dataclass

from referee.api.conditions import Reason


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a job cannot be planned."""

    reason: Reason
    message: str


class Refused(Exception):  # noqa: N818 - control flow inside resolve
    """Ends resolving, from wherever in it the culprit was found."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.refusal = Refusal(reason, message)
