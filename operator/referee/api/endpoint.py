"""An endpoint that is called: the model under test, an application, a judge."""

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from referee.api.base import PRESERVE, FreeMap, Model, Rule, StringMap
from referee.api.meta import SecretRef


class ModelAuth(Model):
    """How the endpoint knows us: keys api-key, hf-token, ca.crt of one Secret."""

    secret_ref: SecretRef
    """The Secret."""


class Pricing(Model):
    """What tokens cost, for budgets and reports."""

    input_per_million: Annotated[float, Field(ge=0, le=1_000_000)] = 0
    """Of a million tokens sent."""
    output_per_million: Annotated[float, Field(ge=0, le=1_000_000)] = 0
    """Of a million tokens received."""
    currency: Annotated[str, Field(min_length=3, max_length=3, pattern=r"^[A-Z]{3}$")] = "USD"
    """As in ISO 4217."""


class Application(Model):
    """How an application is asked, which speaks no model's interface."""

    method: Literal["POST", "PUT", "GET"] = "POST"
    """Of the request."""
    body: Annotated[Any, WithJsonSchema(PRESERVE)] = None
    """JSON; every text in it is a Jinja template over the datapoint."""
    output_path: Annotated[str, Field(min_length=1, max_length=512)] = "output"
    """Where the answer's text stands, keys and indices joined by dots: `choices.0.text`."""


class RateLimit(Model):
    """A ceiling on calls of the whole job, shared evenly by the pods that run at once."""

    requests_per_minute: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """Calls a minute."""
    tokens_per_minute: Annotated[int, Field(ge=1, le=10_000_000_000)] | None = None
    """Tokens a minute, sent and received."""

    rules = (
        Rule(
            "has(self.requestsPerMinute) || has(self.tokensPerMinute)",
            "requestsPerMinute or tokensPerMinute must be set: name a ceiling, or leave rateLimit out",
            lambda self: self.requests_per_minute is not None or self.tokens_per_minute is not None,
        ),
    )


class ModelEndpoint(Model):
    """Something that answers over HTTP."""

    url: Annotated[str, Field(min_length=8, max_length=2048, pattern=r"^https?://[^\s]+$")]
    """Base address of an OpenAI-compatible server, usually ending in /v1; of api HTTP: the address itself."""
    name: Annotated[str, Field(min_length=1, max_length=256, pattern=r"\S")]
    """The model, as the server calls it."""
    api: Literal["Chat", "Completions", "HTTP"] = "Chat"
    """Which of the server's interfaces is asked: /chat/completions, /completions, or an application of its own."""
    auth: ModelAuth | None = None
    """Credentials, where the server wants any."""
    headers: StringMap = {}
    """Sent with every request; no place for a secret: they stand in the adapter's job spec."""
    timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 120
    """Of one request."""
    parameters: FreeMap = {}
    """Generation parameters: temperature, seed, max_tokens, ..."""
    pricing: Pricing | None = None
    """What its tokens cost."""
    http: Application | None = None
    """Of api HTTP: what is sent, and where the answer stands."""

    rules = (
        Rule(
            "has(self.http) == (self.api == 'HTTP')",
            "http belongs to api HTTP, and it needs it: set both, or neither",
            lambda self: (self.http is not None) == (self.api == "HTTP"),
            field_path=".http",
        ),
    )
