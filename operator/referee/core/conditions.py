"""status.conditions: set once per look, all of them, each keeping its transition time while its status stays.

kstatus reads Reconciling and Stalled; people and pipelines wait on Finished, Complete and Passed. Every
condition carries the generation it was computed for: `kubectl wait` ignores one that is behind.
"""

from dataclasses import dataclass
from datetime import datetime

from referee.api.conditions import Condition, ConditionStatus, ConditionType, Reason


@dataclass(frozen=True, slots=True)
class Claim:
    """What one condition is to say."""

    type: ConditionType
    status: ConditionStatus
    reason: Reason
    message: str = ""


def apply(before: list[Condition], claims: list[Claim], generation: int, now: datetime) -> list[Condition]:
    """The conditions after `claims`, in their order; types that are not claimed are gone."""
    stood = {c.type: c for c in before}
    return [_one(stood.get(claim.type), claim, generation, now) for claim in claims]


def _one(before: Condition | None, claim: Claim, generation: int, now: datetime) -> Condition:
    unchanged = before is not None and before.status == claim.status
    return Condition(
        type=claim.type.value,
        status=claim.status,
        reason=claim.reason.value,
        message=claim.message[:1024],
        last_transition_time=before.last_transition_time if before is not None and unchanged else now,
        observed_generation=generation,
    )


def refreshed(before: list[Condition], generation: int) -> list[Condition]:
    """The same conditions for a newer generation: an edit after the end changes nothing that they say."""
    return [c.model_copy(update={"observed_generation": generation}) for c in before]


def get(conditions: list[Condition], type_: ConditionType) -> Condition | None:
    """The condition of a type."""
    return next((c for c in conditions if c.type == type_), None)
