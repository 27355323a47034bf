"""The scenarios: what the host and the model do, and what else happens, in one run of the adapter."""

from dataclasses import dataclass
from typing import Literal

from referee.api.provider import Contract

BOTH: tuple[Contract, ...] = ("evalhub-v1", "referee-v1")
OURS: tuple[Contract, ...] = ("referee-v1",)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run of the adapter."""

    name: str
    sentence: str
    """What happens, for people."""
    slow: bool = False
    """The host takes its time for each event."""
    refused: int = 0
    """Status with which every event is answered; 0: they are taken."""
    running_fails: bool = False
    """Events that do not end the benchmark are answered 503."""
    terminal_faults: int = 0
    """How many events that end the benchmark are answered 503 before one is taken."""
    broken_spec: bool = False
    """job.json is no JSON."""
    model: Literal["answers", "refuses", "hangs"] = "answers"
    terminate: bool = False
    """SIGTERM once it has said that it runs, or has called the model."""
    contracts: tuple[Contract, ...] = BOTH


GOOD = Scenario("good host", "everything is as it should be")
BROKEN_SPEC = Scenario("broken job spec", "job.json is no JSON", broken_spec=True)
REFUSING_MODEL = Scenario("refusing model", "the model answers every call with 401", model="refuses")
SLOW = Scenario("slow host", "each event is answered only after seconds", slow=True)
FAILING = Scenario("failing host", "events that say it runs are answered with 503", running_fails=True)
REFUSING = Scenario("refusing host", "every event is answered with 403", refused=403)
STOPPED = Scenario("told to stop", "SIGTERM while the model has not answered", model="hangs", terminate=True)
RETURNING = Scenario(
    "returning host", "the first two posts of the result are answered with 503", terminal_faults=2, contracts=OURS
)

SCENARIOS = (GOOD, BROKEN_SPEC, REFUSING_MODEL, SLOW, FAILING, REFUSING, STOPPED, RETURNING)
