"""Figures of an evaluation as status has them: evaluator by evaluator, beside the baseline, and what the run used."""

from typing import Annotated, Literal

from pydantic import Field

from referee.api.base import FreeObject, Model

MAX_EVALUATORS = 64
"""Of a job at most 32, some of which give several scores."""

Outcome = Literal["Pass", "Fail", "Unknown"]
_Name = Annotated[str, Field(max_length=253)]


class Measure(Model):
    """One figure over the scored samples."""

    measure: Annotated[str, Field(max_length=16)]
    """Mean, PassRate, Median or P95."""
    value: float
    """In the evaluator's own units; of PassRate a share."""
    stderr: float | None = None
    """Standard error, where it has one."""
    ci_low: float | None = None
    """Low end of the interval at spec.confidence."""
    ci_high: float | None = None
    """High end of the interval at spec.confidence."""
    method: Annotated[str, Field(max_length=64)] | None = None
    """How the interval was made."""
    n: int | None = None
    """Samples behind the value."""


class EvaluatorStatus(Model):
    """What one evaluator made of the samples."""

    name: _Name
    """As the job calls it; one of several outputs is `name.key`."""
    type: Annotated[str, Field(max_length=16)]
    """What evaluates."""
    digest: Annotated[str, Field(max_length=80)] | None = None
    """Of all that decides its scores."""
    n: int | None = None
    """Scored samples."""
    value: float | None = None
    """Their mean, in its own units."""
    stderr: float | None = None
    """Standard error of the mean."""
    ci_low: float | None = None
    """Low end of the mean's interval."""
    ci_high: float | None = None
    """High end of the mean's interval."""
    method: Annotated[str, Field(max_length=64)] | None = None
    """How the interval was made."""
    pass_rate: float | None = None
    """Share of the scored samples that pass, where a rule says which do."""
    measures: Annotated[list[Measure], Field(max_length=4)] = []
    """Figures beyond the mean."""
    distribution: Annotated[dict[str, int], Field(max_length=64)] = {}
    """Samples by label."""
    errors: int | None = None
    """Samples that could not be run or scored."""
    unscored: int | None = None
    """Samples without a score, those with an error included."""
    skipped: int | None = None
    """Samples that it says it does not apply to."""
    pending: int | None = None
    """Samples whose score somebody has yet to post."""
    causes: Annotated[dict[str, int], Field(max_length=16)] = {}
    """Unscored samples by cause."""
    agreement: FreeObject | None = None
    """With people's labels, where it was asked for: measure, value, interval and n."""


class ComparedMetric(Model):
    """One score beside the baseline's, over the samples that both runs have."""

    name: _Name
    """`score`, or an evaluator."""
    delta: float | None = None
    """How much better; below zero: worse. On the normalised scale where there is one."""
    ci_low: float | None = None
    """Low end of the delta's interval."""
    ci_high: float | None = None
    """High end of the delta's interval."""
    method: Annotated[str, Field(max_length=64)] | None = None
    """How the interval was made."""
    p: float | None = None
    """Of the test that there is no difference."""
    test: Annotated[str, Field(max_length=32)] | None = None
    """Which test decided."""
    result: Outcome | None = None
    """What it decided, where it was asked."""
    reason: Annotated[str, Field(max_length=64)] | None = None
    """Why; every one stands in conditions.md."""
    n: int | None = None
    """Pairs."""
    mde: float | None = None
    """The smallest difference that this n would find with power 0.8."""
    n_needed: int | None = None
    """About how many pairs would decide it."""
    value_here: float | None = None
    """The mean in this run, over the matched samples."""
    value_there: float | None = None
    """The mean in the baseline, over the matched samples."""
    improved: int | None = None
    """Pairs that are better here."""
    regressed: int | None = None
    """Pairs that are worse here."""
    tied: int | None = None
    """Pairs that are equal."""


class Comparison(Model):
    """This run beside its baseline."""

    baseline: Annotated[str, Field(max_length=300)]
    """The job, and which attempt of it."""
    matched: int | None = None
    """Samples that both runs have."""
    unmatched: int | None = None
    """Samples that only one of them has."""
    metrics: Annotated[list[ComparedMetric], Field(max_length=33)] = []
    """Score by score."""


class Usage(Model):
    """What the run used, judges and retries included."""

    requests: int = 0
    """Calls."""
    input_tokens: int = 0
    """Tokens sent."""
    output_tokens: int = 0
    """Tokens received."""
    cost: float | None = None
    """In the currency of the prices; absent without prices."""
    cache_hits: int = 0
    """Answers that were not asked for again."""
    estimated: bool = False
    """The server counted not all tokens; the rest is estimated."""
