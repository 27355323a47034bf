"""Where an endpoint is, who we are to it, and how hard it may be asked: of the model under test and of judges.

A judge's block has the shape of a job's model; what it lacks is the model's default, never the model's value: another
server must not be sent the model's headers or key.
"""

from dataclasses import dataclass
from pathlib import Path

from referee_adapter import Context, Credentials, Model, Retry
from referee_adapter.fields import Fields
from referee_adapter.spec import read_model
from referee_evaluators.spec import EvaluationSpec, EvaluatorSpec


@dataclass(frozen=True, slots=True)
class Target:
    """One endpoint."""

    whose: str
    """How messages name it."""
    model: Model
    headers: dict[str, str]
    ca_file: Path | None
    retry: Retry
    requests_per_minute: float
    tokens_per_minute: float
    width: int
    """Samples in flight."""


def model_target(context: Context, evaluation: EvaluationSpec) -> Target:
    """The model under test."""
    execution, model = context.spec.execution, context.spec.model
    return Target(
        whose=f"the model endpoint {model.url}",
        model=model,
        headers=_headers(model, context.credentials),
        ca_file=context.credentials.ca_file,
        retry=execution.retry,
        requests_per_minute=execution.requests_per_minute,
        tokens_per_minute=evaluation.tokens_per_minute,
        width=execution.batch_size,
    )


def judge_target(context: Context, evaluator: EvaluatorSpec) -> Target | None:
    """A judge's own endpoint; None where it is the model under test.

    Raises:
        SpecError: the block is malformed.
    """
    fields = Fields(evaluator.block, f"evaluator {evaluator.name!r}.llm")
    own = fields.mapping("model")
    if not own:
        return None
    described = Fields(own, f"evaluator {evaluator.name!r}.llm.model")
    model = read_model(described, described)
    credentials = context.credentials.evaluators.get(evaluator.name) or Credentials()
    rate = fields.child("rateLimit")
    return Target(
        whose=f"the endpoint {model.url} of evaluator {evaluator.name!r}",
        model=model,
        headers=_headers(model, credentials),
        ca_file=credentials.ca_file,
        retry=context.spec.execution.retry,
        requests_per_minute=rate.number("requestsPerMinute", 0),
        tokens_per_minute=rate.number("tokensPerMinute", 0),
        width=context.spec.execution.batch_size,
    )


def _headers(model: Model, credentials: Credentials) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "User-Agent": "referee", **(model.headers or {})}
    if credentials.api_key and not any(name.lower() == "authorization" for name in headers):
        headers["Authorization"] = f"Bearer {credentials.api_key}"
    return headers
