"""The body of an event, as the published eval-hub-sdk posts it and as `referee_adapter` extends it.

Strict about types, since a number in quotes is an adapter's bug that shows nowhere else; tolerant of fields that we
do not know, since the next SDK has them. The JSON is read by the standard library and not by pydantic's own reader:
that one takes NaN for a number, which JSON has not and no gate may ever see.
"""

import json
import re
from datetime import datetime
from typing import Annotated, Any, Literal, NoReturn, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from referee.core.nesting import DEEPEST, deeper_than
from referee.gateway.errors import Malformed

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_SHOWN = 3
"""Faults named in an answer; more is no help."""


def _timestamp(text: str) -> str:
    if not _RFC3339.fullmatch(text):
        raise ValueError("must be an RFC 3339 time with a zone, like 2026-01-02T03:04:05Z")
    datetime.fromisoformat(text)
    return text


Timestamp = Annotated[str, AfterValidator(_timestamp)]
Count = Annotated[int, Field(ge=0, le=2**53)]
Json = dict[str, Any]
JobPhase = Literal[
    "initializing", "loading_data", "running_evaluation", "post_processing", "persisting_artifacts", "completed"
]
JOB_PHASES: tuple[JobPhase, ...] = get_args(JobPhase)
"""What an adapter is at, in the order of a run."""


class Wire(BaseModel):
    """One object of the body."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class MessageInfo(Wire):
    """A message with a code for machines."""

    message: str = ""
    message_code: str = ""
    message_origin: str | None = None
    """Who says so; a word that the SDK does not know counts as none, since a failure is worth more than its label."""


class MetricSchema(Wire):
    """What kind of value a metric has."""

    name: str
    type: Literal["numeric", "categorical", "array_ordered", "array_unordered", "time_series"]


class ProgressReport(Wire):
    """Samples, as the adapter counts them."""

    total: Count | None = None
    done: Count = 0
    errors: Count = 0


class Extension(Wire):
    """What the contract `referee-v1` adds; at most one of the three."""

    progress: ProgressReport | None = None
    result: Json | None = None
    partial: Json | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(part is not None for part in (self.progress, self.result, self.partial)) > 1:
            raise ValueError("carries more than one of progress, result and partial: post them one by one")
        return self


class Event(Wire):
    """How one benchmark stands."""

    provider_id: str
    id: str
    """The benchmark's."""
    benchmark_index: Count
    status: Literal["pending", "running", "completed", "failed"]
    phase: JobPhase | None = None
    error_message: MessageInfo | None = None
    warning_message: MessageInfo | None = None
    metrics: Json | None = None
    metrics_schema: list[MetricSchema] | None = None
    overall_score: Any = None
    """Sent by the SDK and refused by nobody: what is no number is left out."""
    artifacts: Json | None = None
    additional_info: Json | None = None
    mlflow_run_id: str | None = None
    logs_path: str | None = None
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = None
    referee: Extension = Extension()

    @model_validator(mode="after")
    def _schema_fits(self) -> Self:
        names = [entry.name for entry in self.metrics_schema or ()]
        if len(set(names)) < len(names):
            raise ValueError("metrics_schema names a metric twice")
        if strange := set(names) - set(self.metrics or ()):
            raise ValueError(f"metrics_schema names what metrics lacks: {', '.join(sorted(strange))}")
        return self

    @model_validator(mode="after")
    def _ending_fits(self) -> Self:
        ended = self.status in ("completed", "failed")
        if self.referee.result is not None and not ended:
            raise ValueError(f"referee.result comes with status completed or failed, not {self.status}")
        if self.referee.partial is not None and ended:
            raise ValueError(f"referee.partial comes with status running, not {self.status}: it is no final result")
        return self


class Envelope(Wire):
    """The whole body."""

    benchmark_status_event: Event


def parse(raw: bytes) -> Event:
    """The event of a request's body.

    Raises:
        Malformed: naming the field and what is wrong with it.
    """
    try:
        document = json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"the body is not JSON: {error}", code="invalid_json_request") from None
    if deeper_than(document):
        raise Malformed(f"the body is nested more than {DEEPEST} deep", code="invalid_json_request")
    try:
        return Envelope.model_validate(document).benchmark_status_event
    except ValidationError as error:
        faults = [_fault(*fault["loc"], text=fault["msg"]) for fault in error.errors(include_url=False)[:_SHOWN]]
        raise Malformed("; ".join(faults)) from None


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number that can be reported; leave the metric out and say why in message")


def _fault(*place: str | int, text: str) -> str:
    return f"{'.'.join(map(str, place)) or 'the body'}: {text.removeprefix('Value error, ')}"
