"""Which of the harness's model classes talks to the endpoint, and with which tokenizer.

Generation needs no tokenizer: prompts travel as text, also over completions, so that a pod needs neither a hub nor
the transformers package. Log-likelihoods need the completions API; what aligns them is, in this order: the
tokenizer that was named, the server's own tokenizer, the text offsets in the server's answers.
"""

from collections.abc import Collection
from typing import Any

from lm_eval.utils import check_remote_tokenizer_support

from referee_adapter import Context, Failure
from referee_lm_eval.endpoint import Endpoint, Target
from referee_lm_eval.logprobs import OffsetModel, probe
from referee_lm_eval.model import ChatModel, CompletionsModel
from referee_lm_eval.parameters import Json, Parameters

_PATHS = {"Chat": "/chat/completions", "Completions": "/completions"}


def target(context: Context) -> Target:
    """Where the job's model is, with its headers and credentials.

    Raises:
        Failure: it is an application, which the harness cannot ask.
    """
    model, credentials = context.spec.model, context.credentials
    path = _PATHS.get(model.api)
    if path is None:
        message = f"model.api {model.api}: the harness asks models, over Chat or Completions; use an `evaluation`"
        raise Failure("UnsupportedAPI", message, retryable=False)
    headers = dict(model.headers or {})
    if credentials.api_key and not any(name.lower() == "authorization" for name in headers):
        headers["Authorization"] = f"Bearer {credentials.api_key}"
    url = model.url if model.url.endswith(path) else model.url + path
    return Target(url, headers, model.timeout_seconds, credentials.ca_file)


def make_model(context: Context, parameters: Parameters, endpoint: Endpoint, kinds: Collection[str]) -> Any:  # noqa: ANN401
    """Make the harness's model object.

    Args:
        context: for the model and its credentials.
        parameters: for the tokenizer.
        endpoint: to find out what it can do.
        kinds: the output types of the tasks.

    Raises:
        Failure: the endpoint or the image lacks what the tasks need.
    """
    spec = context.spec
    compares = any(kind != "generate_until" for kind in kinds)
    url = target(context).url
    arguments: Json = {
        "model": spec.model.name,
        "base_url": url,
        "num_concurrent": max(2, spec.execution.batch_size),  # below 2 the harness does not ask through the mixin
        "timeout": spec.model.timeout_seconds,
        "max_length": parameters.max_length,
        "batch_size": parameters.batch_size,
        "eos_string": parameters.eos_string,
    }
    if spec.model.api == "Chat":
        if compares:
            raise _needs_completions(kinds)
        return ChatModel(think_end_token=parameters.think_end_token, **(arguments | {"batch_size": 1}))
    if compares:
        probe(endpoint, spec.model.name)
    certificate = str(context.credentials.ca_file) if context.credentials.ca_file else None
    arguments |= {"ca_cert_path": certificate, "auth_token": context.credentials.api_key}
    backend = _backend(parameters, arguments, compares=compares)
    if backend == "none":
        kind = OffsetModel if compares else CompletionsModel
        return kind(tokenizer_backend="none", **arguments)
    try:
        return CompletionsModel(tokenizer=parameters.tokenizer, tokenizer_backend=backend, **arguments)
    except (ImportError, OSError, KeyError, ValueError, RuntimeError) as error:
        raise Failure(
            "TokenizerUnavailable",
            f"tokenizer_backend {backend}: {type(error).__name__}: {error}; with tokenizer_backend none the server's"
            " own text offsets are used",
            retryable=False,
        ) from error


def _backend(parameters: Parameters, arguments: Json, *, compares: bool) -> str:
    if parameters.tokenizer_backend != "auto":
        return parameters.tokenizer_backend
    if not compares:
        return "none"
    if parameters.tokenizer:
        return "huggingface"
    remote = check_remote_tokenizer_support(
        arguments["base_url"], ca_cert_path=arguments["ca_cert_path"], auth_token=arguments["auth_token"]
    )
    return "remote" if remote else "none"


def _needs_completions(kinds: Collection[str]) -> Failure:
    return Failure(
        "LoglikelihoodNeedsCompletions",
        f"this benchmark compares log-likelihoods ({', '.join(sorted(kinds))}), which the chat"
        " API does not give: set model.api to Completions, or use a generative variant of the benchmark",
        retryable=False,
    )
