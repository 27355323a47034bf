"""The command line: names, options and help; the work is in one module a command."""

import sys
import traceback
from pathlib import Path

import click

from referee import __version__
from referee.cli.adapter import adapter
from referee.cli.api_keys import api_keys
from referee.cli.importing import import_
from referee.cli.planning import plan
from referee.cli.remote.commands import COMMANDS
from referee.cli.remote.context_commands import context
from referee.cli.results.commands import diff, results

_CANNOT = 2
_INTERRUPTED = 130
_RUN_EPILOG = """\b
Exit codes:
  0    every gate passed; or all was run and nothing has pass criteria
  1    a gate failed
  2    something could not be run, or was cancelled
  3    all was run, and the verdict is Unknown
  130  interrupted: once asks the adapters to end and keeps partial results,
       twice ends them at once
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="referee %(version)s")
def cli() -> None:
    """Evaluate models: jobs, scores and verdicts from a manifest."""


@cli.command()
def version() -> None:
    """Print the version."""
    click.echo(f"referee {__version__}")


@cli.command(epilog=_RUN_EPILOG)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--model-url", metavar="URL", help="Call the model here instead of at the manifest's spec.model.url.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["table", "json", "yaml"]),
    default="table",
    show_default=True,
    help="What to print at the end; json and yaml are the resource with its status.",
)
@click.option(
    "--results",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("referee-results"),
    show_default=True,
    help="Where results are kept, a directory per job.",
)
@click.option("--dry-run", is_flag=True, help="Show the plan, the first prompt and what it would take; call nothing.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most N samples of each benchmark.")
@click.option("--show-prompts", is_flag=True, help="Show the first prompt before the run; with --limit N, the first N.")
@click.option("--allow-code", is_flag=True, help="Run evaluators of type Code, in a sandbox: the second of two keys.")
def run(  # noqa: PLR0913 - an option each
    *,
    files: tuple[str, ...],
    model_url: str | None,
    output: str,
    results: Path,
    dry_run: bool,
    limit: int | None,
    show_prompts: bool,
    allow_code: bool,
) -> None:
    """Run EvaluationJobs on this machine, without a cluster.

    FILE is what `kubectl apply -f` takes: YAML or JSON with one or more objects, a directory of such files, or - for
    the standard input. It holds EvaluationJobs and what they refer to: Providers, Collections, ConfigMaps and
    Secrets. Providers that are installed beside Referee need not be given. Several jobs are run one after another.
    """
    from referee.cli.run import Options, run_files  # noqa: PLC0415 - a quarter of a second

    sys.exit(run_files(Options(files, model_url, output, results, dry_run, limit, show_prompts, allow_code)))


cli.add_command(adapter)
cli.add_command(api_keys)


for _command in (*COMMANDS, results, diff, import_, plan, context):
    cli.add_command(_command)


def main() -> None:
    """The program: every way out of it has a documented exit code."""
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(_CANNOT)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(_INTERRUPTED)
    except Exception:  # noqa: BLE001 - Python's own code for a crash is 1, which says here that the model failed
        traceback.print_exc()
        sys.exit(_CANNOT)
