"""The commands for jobs that run somewhere else: names, options and help; each imports its work when it is called."""

import sys

import click

from referee.cli.remote.flags import Flags
from referee.cli.remote.options import GOES_ON, output_option, remote_options, shown, waiting_options
from referee.cli.remote.port import LogQuery, Submission, Wanted

_PHASES = (
    *("Pending", "Queued", "Running", "AwaitingResults", "Suspended", "Cancelling", "Completed", "PartiallyFailed"),
    *("Failed", "Cancelled"),
)


@click.command(epilog=GOES_ON)
@click.option(
    "-f", "--file", "files", metavar="FILE", multiple=True, required=True, help="YAML or JSON, a directory, or -."
)
@click.option("--name", metavar="NAME", help="Call the job so, and not as the file does.")
@waiting_options
@output_option("table", "json", "yaml")
@remote_options
def submit(*, files: tuple[str, ...], name: str | None, wait: bool, watch: bool, output: str, flags: Flags) -> None:
    """Submit EvaluationJobs, and print their names.

    The files are checked as `referee run` checks them. Providers and Collections in them are not created, and must be
    there already. With --wait or --watch the exit code is that of the outcome.
    """
    from referee.cli.remote.submitting import submit as work  # noqa: PLC0415 - a quarter of a second

    sys.exit(work(flags, Submission(files, name, output, shown(wait=wait, watch=watch))))


@click.command()
@click.argument("name", required=False)
@click.option("--phase", type=click.Choice(_PHASES), help="Only jobs in this phase.")
@click.option("--group", metavar="GROUP", help="Only jobs of this group.")
@click.option("--tag", metavar="TAG", help="Only jobs with this tag.")
@click.option("--limit", type=click.IntRange(1), help="Only so many, the newest.")
@output_option("table", "wide", "json", "yaml", "csv", "name")
@remote_options
def get(  # noqa: PLR0913 - an option each
    *,
    name: str | None,
    phase: str | None,
    group: str | None,
    tag: str | None,
    limit: int | None,
    output: str,
    flags: Flags,
) -> None:
    """Show EvaluationJobs, the newest first, or the one of that NAME."""
    from referee.cli.remote.getting import get as work  # noqa: PLC0415 - a quarter of a second

    sys.exit(work(flags, name, Wanted(phase, group, tag, limit), output))


@click.command(epilog=GOES_ON)
@click.argument("name")
@output_option("table", "json", "yaml")
@remote_options
def watch(name: str, output: str, flags: Flags) -> None:
    """Show a job while it runs, and its results at the end."""
    from referee.cli.remote.editing import watch as work  # noqa: PLC0415 - a quarter of a second

    sys.exit(work(flags, name, output))


def _span(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:  # noqa: ARG001 - click's signature
    from referee.cli.remote.spans import seconds  # noqa: PLC0415 - for one option alone

    try:
        return None if value is None else seconds(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.argument("name")
@click.option("-b", "--benchmark", type=click.IntRange(0), metavar="INDEX", help="Of this benchmark; from 0.")
@click.option("-f", "--follow", is_flag=True, help="Go on until it ends.")
@click.option("--previous", is_flag=True, help="Of the attempt before the newest one.")
@click.option("--tail", type=click.IntRange(1), metavar="N", help="The last lines only.")
@click.option("--timestamps", is_flag=True, help="When each line was written.")
@click.option("--since", metavar="SPAN", callback=_span, help="Not older than 30s, 5m, 2h, 1d.")
@remote_options
def logs(  # noqa: PLR0913 - an option each
    *,
    name: str,
    benchmark: int | None,
    follow: bool,
    previous: bool,
    tail: int | None,
    timestamps: bool,
    since: int | None,
    flags: Flags,
) -> None:
    """Print what a job's adapters print."""
    from referee.cli.remote.reading_logs import logs as work  # noqa: PLC0415 - a quarter of a second

    if follow and previous:
        raise click.UsageError("--follow and --previous: the previous attempt is over; leave one out")
    query = LogQuery(benchmark, follow, previous, tail, timestamps, since)
    sys.exit(work(flags, name, query))


@click.command()
@click.argument("name")
@remote_options
def cancel(name: str, flags: Flags) -> None:
    """End a job, and keep what it has so far."""
    from referee.cli.remote.editing import cancel as work  # noqa: PLC0415 - a quarter of a second

    sys.exit(work(flags, name))


@click.command(epilog=GOES_ON)
@click.argument("name")
@click.option("--failed", is_flag=True, help="Only what was not executed; the rest keeps its numbers.")
@waiting_options
@output_option("table", "json", "yaml")
@remote_options
def rerun(*, name: str, failed: bool, wait: bool, watch: bool, output: str, flags: Flags) -> None:
    """Run a finished job again, as another attempt."""
    from referee.cli.remote.editing import rerun as work  # noqa: PLC0415 - a quarter of a second

    sys.exit(work(flags, name, output, failed=failed, show=shown(wait=wait, watch=watch)))


@click.command()
@click.argument("id_", metavar="[ID]", required=False)
@output_option("table", "json", "yaml", "name")
@remote_options
def providers(id_: str | None, output: str, flags: Flags) -> None:
    """Show what can evaluate, or the provider of that ID and its benchmarks."""
    from referee.cli.remote.catalogue import providers as work  # noqa: PLC0415 - a quarter of a second

    sys.exit(work(flags, id_, output))


@click.command()
@click.argument("id_", metavar="[ID]", required=False)
@output_option("table", "json", "yaml", "name")
@remote_options
def collections(id_: str | None, output: str, flags: Flags) -> None:
    """Show prepared sets of benchmarks, or the collection of that ID and whether it runs here."""
    from referee.cli.remote.catalogue import collections as work  # noqa: PLC0415 - a quarter of a second

    sys.exit(work(flags, id_, output))


COMMANDS = (submit, get, watch, logs, cancel, rerun, providers, collections)
