"""The built-in graders and their options; docs/evaluators.md has an example of each."""

from typing import Annotated, Literal

from pydantic import Field

from referee.api.base import FreeObject, Model, exactly_one_of

_Word = Annotated[str, Field(min_length=1, max_length=128)]


class StringCheck(Model):
    """Compares texts."""

    operation: Literal["Equals", "NotEquals", "Contains", "StartsWith"] = "Equals"
    """Of the output and the target."""
    ignore_case: bool = False
    """Compare case-folded."""
    strip: bool = True
    """Leave surrounding white space out of both."""


class RegexCheck(Model):
    """Looks for a pattern in the output."""

    pattern: Annotated[str, Field(min_length=1, max_length=4096)]
    """A regular expression, as Python's; a sample that takes too long is unscored."""


class JSONSchemaCheck(Model):
    """Whether the output is JSON of a schema."""

    schema_: Annotated[FreeObject, Field(alias="schema")]
    """The JSON Schema."""


class NumericCheck(Model):
    """Compares numbers."""

    absolute: Annotated[float, Field(ge=0, le=1e12)] = 0
    """How far they may be apart."""
    relative: Annotated[float, Field(ge=0, le=1e6)] = 0
    """The same as a share of the target."""


class ChoiceCheck(Model):
    """Which of several options was chosen."""

    choices: Annotated[list[_Word], Field(min_length=2, max_length=26)] = ["A", "B", "C", "D"]
    """The options, as the target names them."""


class Similarity(Model):
    """How close the output is to the target, 0 to 1."""

    metric: Literal["BLEU", "ROUGE1", "ROUGEL", "CHRF", "Levenshtein", "TokenF1"]
    """Which measure."""


class Measurement(Model):
    """A figure of the output itself."""

    unit: Literal["Characters", "Words", "Tokens"] = "Characters"
    """Of a length."""


class NoOptions(Model):
    """Nothing to set."""


class ToolCallCheck(Model):
    """Whether the expected tools were called."""

    arguments: Literal["Exact", "Subset", "Ignore"] = "Exact"
    """How arguments are compared."""
    order: bool = False
    """Whether the order counts."""


class GraderBlock(Model):
    """A built-in grader."""

    string_check: StringCheck | None = None
    """Equals, contains, starts with."""
    regex: RegexCheck | None = None
    """Matches a pattern."""
    json_schema: JSONSchemaCheck | None = None
    """Is JSON of a schema."""
    numeric: NumericCheck | None = None
    """Is the target's number."""
    choice: ChoiceCheck | None = None
    """Chose the target's option."""
    similarity: Similarity | None = None
    """Is close to the target."""
    length: Measurement | None = None
    """How long it is."""
    latency: NoOptions | None = None
    """Seconds that the answer took."""
    cost: NoOptions | None = None
    """What the answer cost."""
    tool_call: ToolCallCheck | None = None
    """Called the expected tools."""

    rules = (
        exactly_one_of(
            *("string_check", "regex", "json_schema", "numeric", "choice"),
            *("similarity", "length", "latency", "cost", "tool_call"),
            remedy="name the one grader",
        ),
    )
