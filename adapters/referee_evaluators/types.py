"""What the parts of this adapter hand to each other: answers, samples, scores.

One file, because the loop, the evaluators, the sandbox and the journal all speak in these and must not import one
another for it. They are slotted dataclasses and not JSON: a sample is touched many times on its short way, a record is
made of it once. Nobody changes one that he was given; they are not frozen all the same, because a frozen one is made at
a sixth of the speed, and half a dozen are made for each sample.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from referee.core.evaluation.datapoint import Datapoint

if TYPE_CHECKING:
    from referee_adapter import Model
    from referee_evaluators.sandbox.pool import SandboxPool
    from referee_evaluators.spec import EvaluatorSpec

Outcome = Literal["scored", "unscored", "skipped", "pending"]
CallCause = Literal["model", "infrastructure", "BudgetExhausted"]
"""Who must change something: the model refused, or what stands between us and it failed, or there is no money left."""


class CallError(Exception):
    """A call of a model that failed for good: retries are used up, or could not help."""

    def __init__(self, cause: CallCause, message: str) -> None:
        """Take what the sample's record will say."""
        super().__init__(message)
        self.cause: CallCause = cause
        self.message = message


@dataclass(slots=True)
class Usage:
    """Tokens of one call, or of many."""

    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    """The server did not say: made from the length of the texts."""


@dataclass(slots=True)
class Answer:
    """What a call came to."""

    text: str | None
    """None where the model answered with tool calls alone."""
    message: Mapping[str, Any] | None = None
    """The whole message of a chat endpoint, tool calls included; the whole body of an application."""
    usage: Usage | None = None
    latency: float | None = None
    """Seconds of the call that succeeded; of a cached one, those of the call that was cached."""
    cost: float | None = None
    """In the currency of the pricing; None without one; 0 where it was cached."""
    cached: bool = False


@dataclass(slots=True)
class Output:
    """What is evaluated: an answer, a recorded or posted output, or the error that stands for it."""

    text: str | None
    message: Mapping[str, Any] | None = None
    usage: Usage | None = None
    latency: float | None = None
    cost: float | None = None
    error: CallError | None = None
    """Set: there is nothing to evaluate. Scorers are not called then."""
    cached: bool = False


@dataclass(slots=True)
class Score:
    """What one evaluator, or one key of it, says of one sample."""

    evaluator: str
    """Its name; `name.key` where it returns several."""
    outcome: Outcome
    value: float | None = None
    """Finite. None for labels without a value, comments and JSON."""
    label: str | None = None
    """The choice, the comment, or the JSON text."""
    explanation: str | None = None
    votes: tuple[Any, ...] = ()
    """JSON values, one per vote of a judge, the invalid ones included."""
    cause: str | None = None
    """Of unscored: model, infrastructure, evaluator, TargetMissing, BudgetExhausted."""
    error: str | None = None
    duration: float | None = None
    """Seconds."""
    source: str = "adapter"
    """adapter, judge, or human:<who>."""


@dataclass(slots=True)
class Sample:
    """A datapoint, in one epoch, with its output and the scores of the evaluators before."""

    datapoint: Datapoint
    epoch: int
    """From 1."""
    output: Output
    scores: Mapping[str, Score] = field(default_factory=dict)
    """By `Score.evaluator`; a Composite reads them."""


class Scorer(Protocol):
    """An evaluator at work. One object serves all samples, many at a time."""

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Judge one sample. What goes wrong with it is an unscored score, never an exception."""
        ...

    async def close(self) -> None:
        """Let go of processes and connections."""
        ...


class Endpoint(Protocol):
    """A model that can be asked: retried, paced, budgeted, cached and counted behind this one method."""

    async def ask(self, request: Mapping[str, Any], key: str) -> Answer:
        """Ask once.

        Args:
            request: the body, without the model's name; over the endpoint's own parameters (messages, response_format,
                temperature …).
            key: what tells equal requests apart that must not share an answer: sample, epoch, vote.

        Raises:
            CallError: there is no answer, for good.
        """
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What evaluators may use."""

    endpoint_for: "Callable[[EvaluatorSpec], Endpoint]"
    """The endpoint of an LLM evaluator's own model, with its own key, pace and price."""
    sandbox: "SandboxPool | None" = None
    """Where code runs; None: code is not allowed in this run."""
    model: "Model | None" = None
    """The model under test, which is also the judge where an LLM evaluator names none; None: nothing is asked."""
