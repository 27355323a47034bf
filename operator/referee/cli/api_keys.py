"""`referee api-keys`: names, options and help; the work is in `api_keys_work`.

It talks to the API server with the caller's kubeconfig and never to a gateway: who may make a key is RBAC's to say.
"""

import functools
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from referee.api.names import API_KEYS_SECRET

if TYPE_CHECKING:
    from referee.cli.api_keys_work import Work

_DURATION = re.compile(r"(\d{1,5})([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


class _Duration(click.ParamType[timedelta]):
    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        found = _DURATION.fullmatch(str(value))
        if found is None or int(found[1]) == 0:
            self.fail(f"{value!r} is no time to live; for example 90d, 12h or 30m", param, ctx)
        return timedelta(**{_UNITS[found[2]]: int(found[1])})


_OPTIONS = (
    click.option("-n", "--namespace", metavar="NAME", help="Where the gateway runs; default: the context's namespace."),
    click.option("--secret", default=API_KEYS_SECRET, show_default=True, help="The gateway's REFEREE_API_KEYS_SECRET."),
    click.option("--gateway-account", default="referee-gateway", show_default=True, help="Its ServiceAccount."),
    click.option("--context", metavar="NAME", help="Of the kubeconfig, instead of its current one."),
    click.option(
        "--kubeconfig", type=click.Path(dir_okay=False, path_type=Path), help="Instead of KUBECONFIG or ~/.kube/config."
    ),
)


def _of_a_gateway(command: Callable[..., None]) -> Callable[..., None]:
    """Add what each command takes, and give it the `Work` made of that."""

    @functools.wraps(command)
    def with_work(
        *,
        namespace: str | None,
        secret: str,
        gateway_account: str,
        context: str | None,
        kubeconfig: Path | None,
        **its: object,
    ) -> None:
        from referee.cli.api_keys_work import Where, Work  # noqa: PLC0415 - a quarter of a second

        command(Work(Where(kubeconfig, context, namespace, secret, gateway_account)), **its)

    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(_OPTIONS), with_work)


@click.group("api-keys")
def api_keys() -> None:
    """Make, list and revoke keys of a gateway.

    A key stands for one ServiceAccount: it can do through the gateway what RBAC gives that account, and the audit log
    names it.
    """


@api_keys.command()
@click.argument("account", metavar="[NAMESPACE/]SERVICEACCOUNT")
@click.option("--expires-in", type=_Duration(), metavar="TIME", help="Such as 90d, 12h or 30m; default: never.")
@click.option("--note", default="", help="Who has it, and what for.")
@_of_a_gateway
def create(work: "Work", account: str, expires_in: timedelta | None, note: str) -> None:
    """Make a key and print it, once.

    Only its hash is kept. The gateway gets the right to make short-lived tokens of this ServiceAccount, by a Role
    beside it; whoever makes a key must have that right.
    """
    work.create(account, expires_in, note)


@api_keys.command("list")
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table", show_default=True)
@_of_a_gateway
def list_keys(work: "Work", output: str) -> None:
    """Show which keys there are; a key itself nobody has but who was given it."""
    work.show(output)


@api_keys.command()
@click.argument("key_id", metavar="ID")
@_of_a_gateway
def revoke(work: "Work", key_id: str) -> None:
    """Take a key away, by the id that `list` shows; the gateway still takes it for half a minute at most."""
    work.revoke(key_id)
