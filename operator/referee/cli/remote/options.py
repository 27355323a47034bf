"""The options that several commands have in common."""

import functools
from collections.abc import Callable

import click

from referee.cli.remote.flags import Flags
from referee.cli.remote.port import Show

Command = Callable[..., None]

EXIT_CODES = """\b
Exit codes:
  0    every gate passed; or all was run and nothing has pass criteria
  1    a gate failed
  2    something could not be run, or was cancelled; or the command could not be carried out
  3    all was run, and the verdict is Unknown
  130  interrupted: {interrupted}
"""
"""Of everything that ends as a job does; the table stands in docs/command-line.md, too."""
GOES_ON = EXIT_CODES.format(interrupted="the job goes on")


def remote_options(command: Command) -> Command:
    """Where the jobs are: the parameter `flags` of the command."""

    @functools.wraps(command)
    def with_flags(
        *, context: str | None, namespace: str | None, gateway: str | None, token_file: str | None, **given: object
    ) -> None:
        command(flags=Flags(context, namespace, gateway, token_file), **given)

    options = (
        click.option("--context", metavar="NAME", help="A context of the file, instead of the current one."),
        click.option("-n", "--namespace", metavar="NAME", help="The namespace; of a gateway, the tenant."),
        click.option("--gateway", metavar="URL", help="Ask this gateway, whatever the file says."),
        click.option("--token-file", metavar="FILE", help="The gateway's token or API key; read for each request."),
    )
    decorated: Command = with_flags
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


def output_option(*choices: str) -> Callable[[Command], Command]:
    """What to print; the first choice is the default."""
    return click.option("-o", "--output", type=click.Choice(choices), default=choices[0], show_default=True)


def waiting_options(command: Command) -> Command:
    """Whether to wait: the parameters `wait` and `watch`."""
    watch = click.option("--watch", is_flag=True, help="Show the run until it is over, then its results.")
    wait = click.option("--wait", is_flag=True, help="The same, without its progress.")
    return watch(wait(command))


def shown(*, wait: bool, watch: bool) -> Show | None:
    """What the waiting options ask for."""
    return "progress" if watch else "result" if wait else None
