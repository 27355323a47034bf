"""Evaluator: one reusable way to score an output, and the score it gives.

What evaluates (`EvaluatorDefinition`) is one model, whether it stands in an object of its own or inline in a job. Its
type names its one block, so that a reader sees at once what runs: somebody's code, a judge, a built-in grader.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from referee.api.base import PRESERVE, FreeMap, Id, Model, Rule, list_map
from referee.api.conditions import Condition
from referee.api.endpoint import ModelEndpoint, RateLimit
from referee.api.graders import GraderBlock
from referee.api.meta import ObjectMeta
from referee.api.scoretype import Output, ScoreType

MAX_OUTPUTS = 16
MAX_SOURCE = 65_536

EvaluatorType = Literal["Code", "LLM", "Human", "External", "Grader", "Composite"]
_Word = Annotated[str, Field(min_length=1, max_length=128)]
_Text = Annotated[str, Field(max_length=16_384)]
_Any = Annotated[Any, WithJsonSchema(PRESERVE)]


class CodeBlock(Model):
    """A function of the user's, run in a sandbox inside the adapter pod."""

    language: Literal["Python"] = "Python"
    """Of the source."""
    source: Annotated[str, Field(min_length=1, max_length=MAX_SOURCE)]
    """The text of the program."""
    entrypoint: Literal["Auto", "Main", "Evaluate", "Log", "LogTestcase", "OutputTarget"] = "Auto"
    """How its function is called: main(eval_inputs), evaluate(llm_input, llm_output, **kw), f(log), f(log, testcase),
    f(output, target). Auto: by its name and parameters, and refused where two would fit."""


class LLMBlock(Model):
    """A judge: another model that scores."""

    model: ModelEndpoint | None = None
    """The judge's own endpoint, credentials, parameters and prices; unset: the model under test, with a warning."""
    prompt: _Text | None = None
    """What the judge is asked, a template; unset: made of the rubric."""
    rubric: _Text | None = None
    """What makes an output good; put into a prompt of ours."""
    votes: Annotated[int, Field(ge=1, le=15)] = 1
    """How often it is asked for each sample; odd, so that a majority exists."""
    aggregation: Literal["Median", "Majority"] | None = None
    """What the votes come to; unset: Median of numbers, Majority of labels."""
    rate_limit: RateLimit | None = None
    """Of the judge's endpoint."""

    rules = (
        Rule(
            "has(self.prompt) != has(self.rubric)",
            "exactly one of prompt, rubric must be set: a prompt of your own, or a rubric for ours",
            lambda self: (self.prompt is None) != (self.rubric is None),
        ),
        Rule(
            "self.votes % 2 == 1",
            "votes must be odd: with an even number a tie has no answer",
            lambda self: self.votes % 2 == 1,
            field_path=".votes",
        ),
    )


class HumanBlock(Model):
    """People who label."""

    queues: Annotated[list[_Word], Field(max_length=16)] = []
    """Names of the labelling queues; unset: the evaluator's own name. Kept; queues that read them come later."""
    instructions: _Text | None = None
    """What a labeller is asked to do."""
    min_labels: Annotated[int, Field(ge=1, le=15)] = 1
    """Labels an item needs before it counts."""
    sample: Annotated[float, Field(gt=0, le=1)] = 1
    """Share of the samples that are labelled, chosen by a hash of their ids; the others are skipped, and where this
    evaluator has a weight they have no combined score."""
    overlap: Annotated[float, Field(ge=0, le=1)] = 0
    """Share of the labelled samples that a second person labels, too; refused above 0 until there are queues."""
    blind: bool = True
    """Labellers do not see other scores. Kept; queues that read it come later."""
    aggregation: Literal["Mean", "Median", "Majority"] | None = None
    """What several labels of an item come to; unset: Mean of numbers, Majority of labels and of true and false, of
    which there is no Mean or Median."""


class CompositeBlock(Model):
    """A score made of other evaluators' scores."""

    formula: Annotated[str, Field(min_length=1, max_length=1024)]
    """Arithmetic over names of evaluators, for example `0.7 * exact + 0.3 * min(tone, 1)`."""


class ExternalBlock(Model):
    """Scored by somebody else, who posts the scores."""


BLOCKS = {
    "Code": "code",
    "LLM": "llm",
    "Human": "human",
    "External": "external",
    "Grader": "grader",
    "Composite": "composite",
}
"""Which field a type's block is."""


def block_rules(type_: str = "self.type") -> tuple[Rule, ...]:
    """One rule a block: it stands exactly where the type asks for it; External needs none."""
    return tuple(
        Rule(
            f"!has(self.{block}) || (has({type_}) && {type_} == '{kind}')"
            if kind == "External"
            else f"has(self.{block}) == (has({type_}) && {type_} == '{kind}')",
            f"{block} belongs to type {kind}" + ("" if kind == "External" else ", and it needs it") + ": set both",
            _block_holds(kind, block),
            field_path=f".{block}",
        )
        for kind, block in BLOCKS.items()
    )


def _block_holds(kind: str, block: str) -> Any:  # noqa: ANN401 - a predicate over the model
    def holds(self: Any) -> bool:  # noqa: ANN401 - the model
        there, asked = getattr(self, block) is not None, self.type == kind
        return (not there or asked) if kind == "External" else there == asked

    return holds


class EvaluatorBlocks(Model):
    """What an evaluator is, wherever it is defined."""

    mode: Literal["Offline", "Online", "Both"] = "Offline"
    """Offline: over a dataset. Online: over logs as they arrive."""
    arguments: Literal["TargetFree", "TargetRequired"] | None = None
    """TargetRequired: a sample without a target is unscored. Unset: as its type needs."""
    score: ScoreType | None = None
    """What it gives; unset: what a grader of its kind gives, else a number."""
    outputs: Annotated[list[Output], Field(max_length=MAX_OUTPUTS), list_map("key")] = []
    """Where it gives several scores at once."""
    code: CodeBlock | None = None
    """Of type Code."""
    llm: LLMBlock | None = None
    """Of type LLM."""
    human: HumanBlock | None = None
    """Of type Human."""
    external: ExternalBlock | None = None
    """Of type External; may be left out."""
    grader: GraderBlock | None = None
    """Of type Grader."""
    composite: CompositeBlock | None = None
    """Of type Composite."""


class EvaluatorSpec(EvaluatorBlocks):
    """One way to score an output."""

    id: Id | None = None
    """How jobs refer to it; unset: metadata.name."""
    title: Annotated[str, Field(max_length=256)] | None = None
    """For people."""
    description: Annotated[str, Field(max_length=4096)] | None = None
    """What it measures."""
    tags: Annotated[list[_Word], Field(max_length=64)] = []
    """Free text, to find it by."""
    type: EvaluatorType
    """What evaluates."""
    custom: FreeMap = {}
    """Anything of your own; kept, not read."""

    rules = (
        *block_rules(),
        Rule(
            "has(self.id) == has(oldSelf.id) && (!has(self.id) || self.id == oldSelf.id)",
            "spec.id cannot change: jobs refer to it; create another Evaluator",
            field_path=".id",
        ),
    )


class EvaluatorStatus(Model):
    """Whether an Evaluator can be used."""

    observed_generation: int = -1
    """Generation of spec that this status answers; -1: nobody has looked yet."""
    conditions: Annotated[list[Condition], Field(max_length=8), list_map("type")] = []
    """Ready; see conditions.md."""
    digest: Annotated[str, Field(max_length=80)] | None = None
    """Of all that it says of its scores. A run's own covers the model under test and a formula's operands, too; two
    runs compare only where that is the same."""
    entrypoint: Annotated[str, Field(max_length=32)] | None = None
    """What `Auto` came to, of type Code."""


class Evaluator(Model):
    """One reusable evaluator: code, a judge, a person, a grader, or a formula over others."""

    api_version: Literal["referee.dev/v1alpha1"] = "referee.dev/v1alpha1"
    """referee.dev/v1alpha1."""
    kind: Literal["Evaluator"] = "Evaluator"
    """Evaluator."""
    metadata: ObjectMeta
    """As of every Kubernetes object."""
    spec: EvaluatorSpec
    """What evaluates, and what it gives."""
    status: EvaluatorStatus = EvaluatorStatus()
    """Whether it can be used; written by the operator alone."""

    @property
    def id(self) -> str:
        """What references name."""
        return self.spec.id or self.metadata.name
