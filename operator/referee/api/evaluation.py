"""The `evaluation:` block of a job: an own dataset, how outputs come about, and what scores them."""

from typing import Annotated, Literal

from pydantic import Field

from referee.api.base import FreeObject, Id, Model, ObjectName, Rule, exactly_one_of
from referee.api.benchmark import NumExamples, PassCriteria, Sampling, Weight
from referee.api.dataset import SOURCES, DataSource, FileFormat
from referee.api.evaluator import EvaluatorBlocks, EvaluatorType, block_rules

MAX_EVALUATORS = 32
EVALUATOR_NAME = r"^[A-Za-z0-9_]([A-Za-z0-9_ .:/-]*[A-Za-z0-9_])?$"

_Template = Annotated[str, Field(max_length=65_536)]
_Path = Annotated[str, Field(min_length=1, max_length=253)]


class Posted(Model):
    """The datapoints are posted with their outputs."""


class OutputsOf(Model):
    """Another run's outputs, scored again without generating."""

    job_ref: ObjectName
    """The EvaluationJob, in the same namespace."""
    attempt: Annotated[int, Field(ge=1)] | None = None
    """Which of its attempts; unset: the last that counts."""


class EvaluationData(DataSource):
    """What is evaluated."""

    ref: Id | None = None
    """A Dataset, by its id."""
    posted: Posted | None = None
    """Posted with the outputs."""
    outputs_of: OutputsOf | None = None
    """Another run's."""
    file: FileFormat = FileFormat()
    """How a file is read, where the source is one."""

    rules = (
        exactly_one_of("ref", *SOURCES, "posted", "outputs_of", remedy="name the one place the datapoints are from"),
    )


class Message(Model):
    """One message of a prompt."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    """Who says it."""
    content: _Template
    """A Jinja template over the datapoint."""


class Prompt(Model):
    """What the model is asked."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=64)] | None = None
    """Of api Chat."""
    template: _Template | None = None
    """One text, of api Completions."""
    tools: Annotated[list[FreeObject], Field(max_length=64)] = []
    """Tools that the model may call; a datapoint's own win."""
    response_format: FreeObject | None = None
    """As the model's interface has it."""

    rules = (
        Rule(
            "!has(self.messages) || !has(self.template)",
            "messages and template exclude each other: messages for api Chat, a template for api Completions",
            lambda self: self.messages is None or self.template is None,
        ),
    )


class EvaluatorUse(EvaluatorBlocks):
    """An evaluator in a job: one by its id, or one defined here."""

    ref: Id | None = None
    """An Evaluator, by its id."""
    name: Annotated[str, Field(min_length=1, max_length=128, pattern=EVALUATOR_NAME)] | None = None
    """What its scores are called; unset: the id of `ref`."""
    type: EvaluatorType | None = None
    """What evaluates, where it is defined here."""
    weight: Weight | None = None
    """In the job's score; 0 = informational. Unset: 1 where its score has a range, else 0."""
    required: bool = True
    """Whether its gate decides the verdict."""
    pass_criteria: PassCriteria | None = None
    """When it passes; in its own units."""

    rules = (
        Rule(
            "has(self.ref) != has(self.type)",
            "exactly one of ref, type must be set: name an Evaluator, or define one here",
            lambda self: (self.ref is None) != (self.type is None),
        ),
        Rule(
            "has(self.ref) || has(self.name)",
            "an evaluator that is defined here needs a name",
            lambda self: self.ref is not None or self.name is not None,
            field_path=".name",
        ),
        *block_rules(),
    )


class Evaluation(Model):
    """An own dataset and own evaluators."""

    dataset: EvaluationData
    """What is evaluated."""
    generation: Literal["Operator", "External", "Recorded"] = "Operator"
    """Operator: the model is asked. External: outputs are posted. Recorded: outputs are in the dataset."""
    prompt: Prompt | None = None
    """Unset: a datapoint's own messages, else its input as one message."""
    evaluators: Annotated[list[EvaluatorUse], Field(min_length=1, max_length=MAX_EVALUATORS)]
    """What scores."""
    open_evaluators: bool = False
    """Scores of evaluators that nobody declared are kept, too; they never gate."""
    slices: Annotated[list[_Path], Field(max_length=8)] = []
    """Metadata by whose values figures are also given: `metadata.language`."""
    cluster_by: _Path | None = None
    """Metadata whose equal values make samples depend on each other: `metadata.document`."""
    num_examples: NumExamples | None = None
    """How many datapoints; unset: every one."""
    sampling: Sampling | None = None
    """Which, where numExamples is less than all; unset: the first ones."""

    rules = (
        Rule(
            "self.generation != 'External' || !has(self.prompt)",
            "prompt has no use with generation External: outputs are posted",
            lambda self: self.generation != "External" or self.prompt is None,
            field_path=".prompt",
        ),
        Rule(
            "!has(self.dataset.posted) || self.generation == 'External'",
            "dataset.posted needs generation External: what is posted has its outputs",
            lambda self: self.dataset.posted is None or self.generation == "External",
            field_path=".dataset",
        ),
        Rule(
            "!has(self.dataset.outputsOf) || self.generation == 'Recorded'",
            "dataset.outputsOf needs generation Recorded: its outputs are there already",
            lambda self: self.dataset.outputs_of is None or self.generation == "Recorded",
            field_path=".dataset",
        ),
    )
