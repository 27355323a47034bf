"""`referee import`: runs of other tools as runs of ours."""

import sys
from pathlib import Path

import click


@click.command("import")
@click.argument("tool", type=click.Choice(("lm-eval", "inspect", "promptfoo")))
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o",
    "--output",
    "results",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("referee-results"),
    show_default=True,
    help="Where results are kept, a directory per run.",
)
def import_(tool: str, path: Path, results: Path) -> None:
    """Take in finished results of another tool, and print the directory of each run.

    PATH is the directory or the results_*.json of `lm_eval --output_path DIR --log_samples`, a JSON log of Inspect, or
    what `promptfoo eval -o FILE.json` wrote. `referee results`, `referee diff` and baselines take such a run as any
    other; recorded.jsonl in it is a dataset with its outputs, to be evaluated again with `generation: Recorded`.
    """
    from referee.cli import exit_codes  # noqa: PLC0415 - a quarter of a second
    from referee.imports.imported import ImportFailed  # noqa: PLC0415 - the same
    from referee.imports.reading import Tool, read  # noqa: PLC0415 - the same
    from referee.imports.results import write  # noqa: PLC0415 - the same
    from referee.local.errors import LocalError  # noqa: PLC0415 - the same

    known: dict[str, Tool] = {"lm-eval": "lm-eval", "inspect": "inspect", "promptfoo": "promptfoo"}
    try:
        for run in read(known[tool], path):
            click.echo(str(results / write(run, results).name))
    except ImportFailed as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(exit_codes.COULD_NOT_RUN)
    except LocalError as error:
        for problem in error.problems:
            click.echo(f"Error: {problem}", err=True)
        sys.exit(exit_codes.COULD_NOT_RUN)
