"""`referee context`: the file of contexts, so that nobody has to write it by hand."""

import os
import sys

import click

_KEPT = "A token given with --token-stdin is kept in that file, which only you can read, and is never printed."


@click.group()
def context() -> None:
    """Where the other commands go: clusters and gateways by name."""


@context.command("list")
def list_contexts() -> None:
    """Show every context; * is the current one."""
    from referee.cli.remote.keeping import list_contexts as work  # noqa: PLC0415 - a quarter of a second

    sys.exit(work(os.environ))


@context.command()
def current() -> None:
    """Print the name of the current context."""
    from referee.cli.remote.keeping import current as work  # noqa: PLC0415 - a quarter of a second

    sys.exit(work(os.environ))


@context.command()
@click.argument("name")
def use(name: str) -> None:
    """Make a context the current one."""
    from referee.cli.remote.keeping import use as work  # noqa: PLC0415 - a quarter of a second

    sys.exit(work(os.environ, name))


@context.command("set", epilog=_KEPT)
@click.argument("name")
@click.option("--gateway", metavar="URL", help="A gateway; without it the context is a cluster.")
@click.option("--token-stdin", is_flag=True, help="Read the gateway's token or API key from the standard input.")
@click.option("--token-file", metavar="FILE", help="A file that holds it, read anew for each request.")
@click.option("--ca-file", metavar="FILE", help="Certificates to check the gateway's against.")
@click.option("--kubeconfig", metavar="FILE", help="Of a cluster, instead of the one that kubectl takes.")
@click.option("--kube-context", metavar="NAME", help="In the kubeconfig, instead of its current one.")
@click.option("--catalogue-namespace", metavar="NAME", help="Where the cluster keeps what all its tenants share.")
@click.option("-n", "--namespace", metavar="NAME", help="The namespace; of a gateway, the tenant.")
def set_context(*, name: str, token_stdin: bool, **fields: str | None) -> None:
    """Make a context, or change what is named of one; the first one becomes the current one."""
    from referee.cli.remote.keeping import set_context as work  # noqa: PLC0415 - a quarter of a second

    sys.exit(work(os.environ, name, fields | ({"token": sys.stdin.read().strip()} if token_stdin else {})))


@context.command()
@click.argument("name")
def delete(name: str) -> None:
    """Forget a context."""
    from referee.cli.remote.keeping import delete as work  # noqa: PLC0415 - a quarter of a second

    sys.exit(work(os.environ, name))
