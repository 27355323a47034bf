"""`referee adapter`: what authors of adapters need."""

import json
import sys
from pathlib import Path
from typing import Any

import click

_EPILOG = """\b
Exit codes:
  0    no rule was broken
  1    at least one was
  2    the adapter could not be started

\b
Examples:
  referee adapter check -- python -m my_adapter
  referee adapter check --contract referee-v1 --benchmark gsm8k -- python -m my_adapter
  referee adapter check --image registry.example.com/my-adapter:1
"""


@click.group()
def adapter() -> None:
    """Check adapters against the contract that they claim."""


@adapter.command(epilog=_EPILOG)
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.option("--image", metavar="IMAGE", help="Check a container image; COMMAND then replaces its entrypoint.")
@click.option("--engine", metavar="NAME", help="docker, podman, nerdctl or ctr; the first that is here if not given.")
@click.option(
    "--contract",
    type=click.Choice(["evalhub-v1", "referee-v1"]),
    default="evalhub-v1",
    show_default=True,
    help="evalhub-v1: made with eval-hub-sdk. referee-v1: made with referee_adapter.",
)
@click.option("--benchmark", default="conformance", show_default=True, help="Its id in job.json.")
@click.option("--provider", default="conformance", show_default=True, help="The provider's id in job.json.")
@click.option("--parameters", metavar="JSON", default="{}", show_default=True, help="The benchmark's parameters.")
@click.option("--primary", metavar="METRIC", help="The metric that primary_score names.")
@click.option("--num-examples", type=click.IntRange(min=1), default=3, show_default=True, help="Samples to run.")
@click.option("--model-url", metavar="URL", help="A real model; without one, a server that answers 4 to everything.")
@click.option("--api", type=click.Choice(["Chat", "Completions"]), default="Chat", show_default=True)
@click.option("--test-data", type=click.Path(exists=True, file_okay=False, path_type=Path), help="For /test_data.")
@click.option("--timeout", type=float, default=120, show_default=True, help="Seconds for one scenario.")
@click.option("--slow", type=float, default=3, show_default=True, help="Seconds that a slow host takes for each event.")
@click.option("--grace", type=float, default=25, show_default=True, help="Seconds between SIGTERM and SIGKILL.")
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table", show_default=True)
def check(command: tuple[str, ...], parameters: str, **given: Any) -> None:  # noqa: ANN401 - click's own options
    """Run an adapter against a host that plays good and bad, and report rule by rule.

    COMMAND is started once a scenario, as a pod or `referee run` would start it, and reports to this program. Nothing
    leaves the machine but what the adapter itself sends.
    """
    from referee.cli.adapter_check import Options, run_check  # noqa: PLC0415 - a quarter of a second
    from referee.conformance.trial import Subject  # noqa: PLC0415 - the same

    if not command and not given["image"]:
        raise click.UsageError("name the adapter: -- COMMAND..., or --image IMAGE")
    subject = Subject(
        benchmark=given["benchmark"],
        provider=given["provider"],
        parameters=_object(parameters),
        primary=given["primary"],
        num_examples=given["num_examples"],
        model_url=given["model_url"],
        api=given["api"],
        test_data=given["test_data"],
        patience=given["timeout"],
        slow=given["slow"],
        grace=given["grace"],
    )
    sys.exit(run_check(Options(command, given["contract"], subject, given["image"], given["engine"], given["output"])))


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"is not JSON: {error}", param_hint="--parameters") from None
    if not isinstance(found, dict):
        raise click.BadParameter("must be a JSON object", param_hint="--parameters")
    return found
