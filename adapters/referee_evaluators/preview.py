"""What a run would ask, without asking: the first requests, how many there would be, and about what they would cost.

    python -m referee_evaluators.preview 3      over the job spec that EVALHUB_JOB_SPEC_PATH names; a JSON document

Everything that is refused before the first call is refused here, too: dataset, templates, evaluators. The estimate is
of the shown requests, a token for four characters, and of `max_tokens` for each answer; judges and retries come on top.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from referee_adapter import AdapterError, Context, Credentials
from referee_adapter.paths import locate
from referee_adapter.progress import ProgressReporter
from referee_adapter.spec import read_spec
from referee_evaluators.endpoint.dialects import dialect_of
from referee_evaluators.endpoint.ledger import cost
from referee_evaluators.journal.past import Past
from referee_evaluators.loop.scoring import Scoring
from referee_evaluators.loop.sources import first, source_of
from referee_evaluators.sandbox.pool import SandboxPool
from referee_evaluators.spec import EvaluatorSpec, read_evaluation
from referee_evaluators.templates.prompt import Asking
from referee_evaluators.templates.template import NotRendered
from referee_evaluators.types import Answer, CallError, Endpoint, Tools

_CHARACTERS_A_TOKEN = 4
_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be done."""

    samples: int
    epochs: int
    requests: int
    """Of the model, without judges and retries."""
    shown: Sequence[Mapping[str, Any]]
    """`id` and `body` of the first requests, or the `error` that would stand for one."""
    input_tokens: int
    """Of all requests, if the rest is like those that are shown."""
    output_tokens: int | None
    """At most, where the job sets max_tokens."""
    cost: float | None
    """At most, where there are prices and max_tokens."""


class _Nobody:
    """An endpoint that is never asked."""

    async def ask(self, request: Mapping[str, Any], key: str) -> Answer:
        """Refuse."""
        raise CallError("infrastructure", f"nothing is asked in a preview ({len(request)} fields, {key})")


def preview(spec: Path, number: int, environ: Mapping[str, str] = os.environ) -> Preview:
    """Look at a run that is not made.

    Args:
        spec: the job spec.
        number: how many requests are shown.
        environ: for where other files lie.

    Raises:
        AdapterError: the run would be refused, and why.
    """
    paths = locate({**environ, "EVALHUB_JOB_SPEC_PATH": str(spec)})
    context = Context(read_spec(spec), paths, Credentials(), ProgressReporter(lambda _: None))
    evaluation = read_evaluation(spec)
    # made and never started: code is read here, and not run
    sandbox = SandboxPool() if evaluation.allow_code else None
    Scoring(evaluation.evaluators, Tools(endpoint_for=_nobody, sandbox=sandbox))
    past = Past(paths.data)
    past.seal()
    source = source_of(context, evaluation, past, None)
    count, epochs = source.count, evaluation.epochs.count
    if evaluation.generation != "Operator":
        return Preview(count, epochs, 0, (), 0, None, None)
    model = context.spec.model
    asking, dialect = Asking(evaluation.prompt, model, iter(source)), dialect_of(model)
    shown = list[Mapping[str, Any]]()
    characters = 0
    for datapoint in first(source, number):
        try:
            body = dialect.body(asking.request(datapoint))
        except NotRendered as error:
            shown.append({"id": datapoint.id, "error": str(error)})
            continue
        characters += len(body)
        shown.append({"id": datapoint.id, "body": json.loads(body) if body else None})
    requests = count * epochs
    tokens = characters * requests // (_CHARACTERS_A_TOKEN * len(shown)) if shown else 0
    most = (model.parameters or _NOTHING).get("max_tokens")
    output = requests * most if isinstance(most, int) else None
    price = cost(model.pricing, tokens, output) if model.pricing and output is not None else None
    return Preview(count, epochs, requests, tuple(shown), tokens, output, price)


def _nobody(_: EvaluatorSpec) -> Endpoint:
    return _Nobody()


def main(arguments: Sequence[str]) -> int:
    """Show a run, or why it would be refused."""
    spec = Path(os.environ.get("EVALHUB_JOB_SPEC_PATH") or "meta/job.json")
    try:
        found = preview(spec.absolute(), int(arguments[0]) if arguments else 1)
    except AdapterError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(asdict(found), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
