"""The commands for what is over: names, options and help; each imports its work when it is called."""

import sys
from pathlib import Path

import click

from referee.cli.remote.flags import Flags
from referee.cli.remote.options import GOES_ON, remote_options
from referee.cli.results.asked import FORMATS, Asked, chosen


@click.command(epilog=GOES_ON)
@click.argument("target", metavar="JOB|DIRECTORY")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="Unset: as the file's name says, else a table. jsonl and csv are the samples, figures a CSV of the metrics.",
)
@click.option(
    "-o", "--output", "file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write it there."
)
@click.option("--exit-code", is_flag=True, help="End as the job did, with these codes; 3 if it has not ended.")
@click.option(
    "--against", metavar="JOB|DIRECTORY", help="Show this run beside it in a report; unset: the job's baseline."
)
@click.option("--worst", type=click.IntRange(0, 10_000), default=100, show_default=True, help="Samples in a report.")
@remote_options
def results(  # noqa: PLR0913 - an option each
    *,
    target: str,
    format_: str | None,
    file: Path | None,
    exit_code: bool,
    against: str | None,
    worst: int,
    flags: Flags,
) -> None:
    """Show what came of a job: of one elsewhere by its name, of a run on this machine by its directory."""
    try:
        asked = Asked(target, chosen(format_, file), file, exit_code, against, worst)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    from referee.cli.results.work import results as work  # noqa: PLC0415 - a quarter of a second

    sys.exit(work(flags, asked))


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--regressed", "which", flag_value="regressed", help="Show samples that are worse in B, side by side.")
@click.option("--improved", "which", flag_value="improved", help="Show those that are better.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="So many samples.")
@click.option("--format", "format_", type=click.Choice(("table", "json")), default="table", show_default=True)
@click.option(
    "-o", "--output", "file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write it there."
)
@remote_options
def diff(  # noqa: PLR0913 - an option each
    *, before: str, after: str, which: str | None, limit: int, format_: str, file: Path | None, flags: Flags
) -> None:
    """Show what changed from run A to run B, over the samples that both have.

    A and B are jobs, or results directories of this machine. Differences are on the scale from 0 to 1 and turned so
    that above 0 is better in B. MDE is the smallest regression that so many samples find with power 0.8.
    """
    from referee.cli.results.diff import Diff  # noqa: PLC0415 - a quarter of a second
    from referee.cli.results.diff import diff as work  # noqa: PLC0415 - the same

    sys.exit(work(flags, Diff(before, after, which, limit, format_ == "json", file)))
