"""The evaluation part of the job spec: what is under `referee.evaluation`, and what of `execution` only we read.

The common part is `referee_adapter.JobSpec`; this is read from the same file, with the same look-ups that name the
field. Blocks of evaluators stay mappings here: each kind of evaluator reads its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from referee.core.evaluation.scoretype import Choice, ScoreType
from referee_adapter import SpecError
from referee_adapter.fields import Fields

EvaluatorType = Literal["Code", "LLM", "Human", "External", "Grader", "Composite"]
Generation = Literal["Operator", "External", "Recorded"]
Action = Literal["Exclude", "Worst", "Fail"]
Closing = Literal["", "Unknown", "Fail", "ScorePartial"]
_TYPES: tuple[EvaluatorType, ...] = ("Grader", "Code", "LLM", "Human", "External", "Composite")


@dataclass(frozen=True, slots=True)
class OutputKey:
    """One key of an evaluator that returns several scores."""

    key: str
    score: ScoreType


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a gate asks; the operator decides it, we compute what it needs."""

    threshold: float | None
    measure: Literal["Mean", "PassRate", "Median", "P95"]
    bound: Literal["Point", "Worst"]
    min_n: int
    slice_by: str | None
    slice_value: str | None
    require_agreement: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class EvaluatorSpec:
    """One evaluator of the run."""

    name: str
    type: EvaluatorType
    digest: str
    arguments: Literal["TargetFree", "TargetRequired"]
    score: ScoreType
    outputs: tuple[OutputKey, ...]
    weight: float
    required: bool
    criteria: Criteria | None
    block: Mapping[str, Any]
    """The content of its `code`, `llm`, `human`, `external`, `grader` or `composite`."""

    @property
    def pending_by_nature(self) -> bool:
        """Its scores are posted by others; nothing here computes them."""
        return self.type in ("Human", "External")


@dataclass(frozen=True, slots=True)
class Prompt:
    """How a datapoint becomes a request; all absent: its own messages, else its input as one user message."""

    messages: tuple[Mapping[str, Any], ...] | None = None
    template: str | None = None
    tools: tuple[Mapping[str, Any], ...] | None = None
    response_format: Mapping[str, Any] | None = None

    @property
    def says_something(self) -> bool:
        """Whether more is asked than the datapoint says."""
        return self.messages is not None or self.template is not None


@dataclass(frozen=True, slots=True)
class Baseline:
    """The run to compare with."""

    job: str
    job_uid: str
    attempt: int
    max_regression: float
    test: Literal["NonInferiority", "SignificantRegression", "Point"]
    min_matched: float
    digests: Mapping[str, str]
    """Of its evaluators, by name: only what has the same digest is compared."""


@dataclass(frozen=True, slots=True)
class OnError:
    """What an unscored sample counts as, by cause."""

    model: Action = "Exclude"
    infrastructure: Action = "Exclude"
    evaluator: Action = "Exclude"


@dataclass(frozen=True, slots=True)
class Epochs:
    """How often each datapoint is asked, and how its answers become one score."""

    count: int = 1
    reducers: tuple[str, ...] = ("Mean",)
    k: int = 1


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent, judges and retries included; None: no limit."""

    max_tokens: float | None = None
    max_cost: float | None = None


@dataclass(frozen=True, slots=True)
class EvaluationSpec:
    """Everything that is asked of this adapter, beside `JobSpec`."""

    plan_digest: str
    shards: int
    dataset: Mapping[str, Any]
    """One of inline, files, posted, outputsOf."""
    generation: Generation
    prompt: Prompt
    evaluators: tuple[EvaluatorSpec, ...]
    open_evaluators: bool
    slices: tuple[str, ...]
    cluster_by: str | None
    allow_code: bool
    criteria: Criteria | None
    """The job's own, on the combined score."""
    baseline: Baseline | None
    closing: Closing
    confidence: float
    tokens_per_minute: float
    epochs: Epochs
    cache: bool
    budget: Budget
    on_error: OnError
    max_error_rate: float | None


def read_evaluation(path: Path) -> EvaluationSpec:
    """Read the evaluation from a job spec that `read_spec` has taken.

    Raises:
        SpecError: there is none, or a field is wrong.
    """
    own = Fields(json.loads(path.read_text(encoding="utf-8")), path.name).child("referee")
    fields = own.optional_child("evaluation")
    if fields is None:
        raise SpecError(f"{path.name}.referee.evaluation is missing: this adapter runs evaluations and nothing else")
    execution, budget = own.child("execution"), own.child("execution").child("budget")
    errors, epochs = execution.child("onError"), execution.child("epochs")
    actions: tuple[Action, ...] = ("Exclude", "Worst", "Fail")
    evaluators = tuple(_evaluator(item) for item in fields.children("evaluators"))
    names = [evaluator.name for evaluator in evaluators]
    if len(set(names)) < len(names):
        raise SpecError(f"{path.name}.referee.evaluation.evaluators: two have one name; these are given: {names}")
    return EvaluationSpec(
        plan_digest=own.text("planDigest", ""),
        shards=own.integer("shards", 1, low=1),
        dataset=fields.mapping("dataset"),
        generation=fields.choice("generation", ("Operator", "External", "Recorded")),
        prompt=_prompt(fields.child("prompt")),
        evaluators=evaluators,
        open_evaluators=fields.flag("openEvaluators", default=False),
        slices=fields.strings("slices"),
        cluster_by=fields.optional_text("clusterBy"),
        allow_code=fields.flag("allowCode", default=False),
        criteria=_criteria(fields.optional_child("passCriteria")),
        baseline=_baseline(fields.optional_child("baseline")),
        closing=fields.choice("closing", ("", "Unknown", "Fail", "ScorePartial")),
        confidence=own.number("confidence", 0.95),
        tokens_per_minute=execution.number("tokensPerMinute", 0),
        epochs=Epochs(
            count=epochs.integer("count", 1, low=1),
            reducers=epochs.strings("reducers") or ("Mean",),
            k=epochs.integer("k", 1, low=1),
        ),
        cache=execution.child("cache").flag("enabled", default=True),
        budget=Budget(
            max_tokens=budget.optional_number("maxTokens"),
            max_cost=budget.optional_number("maxCost"),
        ),
        on_error=OnError(
            model=errors.choice("model", actions),
            infrastructure=errors.choice("infrastructure", actions),
            evaluator=errors.choice("evaluator", actions),
        ),
        max_error_rate=execution.optional_number("maxErrorRate"),
    )


def _evaluator(own: Fields) -> EvaluatorSpec:
    kind: EvaluatorType = own.choice("type", _TYPES)
    return EvaluatorSpec(
        name=own.filled("name"),
        type=kind,
        digest=own.text("digest", ""),
        arguments=own.choice("arguments", ("TargetFree", "TargetRequired")),
        score=_score(own.child("score")),
        outputs=tuple(
            OutputKey(key=item.filled("key"), score=_score(item.child("score"))) for item in own.children("outputs")
        ),
        weight=own.number("weight", 1),
        required=own.flag("required", default=True),
        criteria=_criteria(own.optional_child("passCriteria")),
        block=own.mapping(kind.lower()),
    )


def _score(own: Fields) -> ScoreType:
    return ScoreType(
        type=own.choice("type", ("Numerical", "Boolean", "Categorical", "Comment", "JSON")),
        min=own.optional_number("min"),
        max=own.optional_number("max"),
        passing=own.optional_number("passing"),
        passing_choices=own.strings("passingChoices"),
        choices=tuple(
            Choice(name=item.filled("name"), value=item.optional_number("value")) for item in own.children("choices")
        ),
        multiple=own.flag("multiple", default=False),
        aggregate=own.choice("aggregate", ("Mean", "Sum", "Max")),
        lower_is_better=own.flag("lowerIsBetter", default=False),
    )


def _criteria(own: Fields | None) -> Criteria | None:
    if own is None:
        return None
    part = own.optional_child("slice")
    return Criteria(
        threshold=own.optional_number("threshold"),
        measure=own.choice("measure", ("Mean", "PassRate", "Median", "P95")),
        bound=own.choice("bound", ("Point", "Worst")),
        min_n=own.integer("minN", 0),
        slice_by=part.filled("by") if part else None,
        slice_value=part.filled("value") if part else None,
        require_agreement=own.mapping("requireAgreement") or None,
    )


def _prompt(own: Fields) -> Prompt:
    return Prompt(
        messages=own.objects("messages") or None,
        template=own.optional_text("template"),
        tools=own.objects("tools") or None,
        response_format=own.mapping("responseFormat") or None,
    )


def _baseline(own: Fields | None) -> Baseline | None:
    if own is None:
        return None
    return Baseline(
        job=own.filled("job"),
        job_uid=own.text("jobUid", ""),
        attempt=own.integer("attempt", 1, low=1),
        max_regression=own.number("maxRegression", 0),
        test=own.choice("test", ("NonInferiority", "SignificantRegression", "Point")),
        min_matched=own.number("minMatched", 0.9),
        digests=own.texts("digests"),
    )
