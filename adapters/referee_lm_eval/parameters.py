"""The benchmark's parameters, as `provider.yaml` declares them in its schema.

The operator has checked them against that schema; a host that is not Referee has not, and an unknown parameter
that is ignored in silence is a benchmark run with other settings than asked for. So names and types are checked
here again, with the field in the message.
"""

from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from referee_adapter import Failure

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parameters:
    """What may be set per benchmark. Unset (None) is the harness's own default."""

    task: str | None = None
    """A task, group or tag of the harness, or a task file in the test data (by its task name or file name)."""
    num_fewshot: int | None = None
    data_files: str | Json | None = None
    """Local data for the task instead of its hub data set: a file in the test data, or one per split."""
    offline: bool | None = None
    """Look for nothing on a hub. Unset: as REFEREE_OFFLINE says; always so where all data is local."""
    apply_chat_template: bool | None = None
    """Unset: with the chat API, where the server applies it, and not with completions."""
    fewshot_as_multiturn: bool = True
    system_instruction: str | None = None
    gen_kwargs: str | Json | None = None
    """Over the task's own and over `model.parameters`; a text `a=1,b=2` as on the harness's command line."""
    tokenizer: str | None = None
    """Directory or hub id, for `tokenizer_backend: huggingface`."""
    tokenizer_backend: str = "auto"
    """auto, none, remote, tiktoken or huggingface: what aligns log-likelihoods; none: the server's own offsets."""
    max_length: int = 2048
    """Context length in tokens that prompts are cut to where a tokenizer is used."""
    batch_size: int = 1
    """Prompts per request; completions only."""
    eos_string: str | None = None
    think_end_token: str | None = None
    """What ends a reasoning model's thinking; the answer is what follows."""
    seed: int | None = None
    """Of the harness's sampling of few-shot examples; None: its defaults."""
    bootstrap_iters: int = 1000
    """Resamples for the standard error of metrics that are no mean."""
    confirm_run_unsafe_code: bool = False
    """Allow tasks that execute what the model wrote."""


CHOICES = {"tokenizer_backend": ("auto", "none", "remote", "tiktoken", "huggingface")}
LOWEST = {"num_fewshot": 0, "max_length": 2, "batch_size": 1, "seed": 0, "bootstrap_iters": 0}
_JSON = {str: "a string", int: "a whole number", bool: "true or false", dict: "an object", NoneType: "null"}


def read_parameters(given: Json) -> Parameters:
    """Check and take the parameters.

    Raises:
        Failure: `InvalidParameters`; another attempt cannot help.
    """
    hints = get_type_hints(Parameters)
    if unknown := sorted(set(given) - set(hints)):
        raise _invalid(f"{', '.join(unknown)}: not known; there are {', '.join(hints)}")
    for name, value in given.items():
        allowed = kinds(hints[name])
        if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
            raise _invalid(f"{name} must be {' or '.join(_JSON[kind] for kind in allowed)}, not {value!r}")
    parameters = Parameters(**given)
    for name, choices in CHOICES.items():
        if (value := getattr(parameters, name)) not in choices:
            raise _invalid(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    for name, low in LOWEST.items():
        if (value := getattr(parameters, name)) is not None and value < low:
            raise _invalid(f"{name} must be at least {low}, not {value}")
    return parameters


def kinds(hint: object) -> tuple[type, ...]:
    """The plain types that a field's annotation allows."""
    parts = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return tuple(get_origin(part) or part for part in parts)


def _invalid(what: str) -> Failure:
    return Failure("InvalidParameters", f"parameters.{what}", retryable=False)
