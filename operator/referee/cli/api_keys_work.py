"""What `referee api-keys` does and prints.

A key goes to the standard output, once, and everything about it to the standard error, so that a script can keep it
without ever showing it.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from referee.cli.api_keys_secret import ApiKeysSecret, GatewayPlace, Listed, NoSuchKeyError
from referee.clock import utc_now
from referee.gateway.people.key_record import Account, KeyRecord
from referee.runtime.credentials import CredentialsError, load_credentials
from referee.runtime.errors import ApiError
from referee.runtime.kube import Kube
from referee.runtime.transport import Transport

T = TypeVar("T")

_PIPED_WIDTH = 160
"""A file or a pipe has no width of its own, and a wrapped table is of no use to grep."""


@dataclass(frozen=True, slots=True)
class Where:
    """Which gateway, through which kubeconfig."""

    kubeconfig: Path | None
    context: str | None
    namespace: str | None
    secret: str
    gateway_account: str


class Work:
    """The commands."""

    def __init__(self, where: Where) -> None:
        self._where = where

    def create(self, account: str, expires_in: timedelta | None, note: str) -> None:
        """Make a key and print it."""
        expires = utc_now() + expires_in if expires_in else None

        async def work(keys: ApiKeysSecret, namespace: str) -> tuple[str, str, Account]:
            of = _account(account, namespace)
            return *await keys.create(of, expires=expires, note=note), of

        key, key_id, of = self._run(work)
        click.echo(key)
        until = f"until {_shown(expires)}" if expires else "until it is revoked"
        said = f"key {key_id} of the ServiceAccount {of.namespace}/{of.name}, good {until}; it is not shown again"
        click.echo(said, err=True)

    def show(self, output: str) -> None:
        """Print what keys there are."""

        async def work(keys: ApiKeysSecret, _: str) -> Listed:
            return await keys.read()

        listed = self._run(work)
        if output == "json":
            click.echo(json.dumps([_facts(record) for record in listed.records], indent=2))
        else:
            width = None if sys.stdout.isatty() else _PIPED_WIDTH
            Console(highlight=False, width=width).print(_table(listed.records))
        for name in listed.unreadable:
            click.echo(f"the Secret's entry {name} is no key; the gateway ignores it", err=True)

    def revoke(self, key_id: str) -> None:
        """Take a key away."""

        async def work(keys: ApiKeysSecret, namespace: str) -> bool:
            try:
                return await keys.revoke(key_id)
            except NoSuchKeyError:
                said = f"no key {key_id} in the namespace {namespace}: `referee api-keys list` shows which there are"
                raise click.ClickException(said) from None

        last = self._run(work)
        also = "; it was the account's last, and the gateway has lost the right to make tokens of it" if last else ""
        click.echo(f"revoked {key_id}{also}", err=True)

    def _run(self, work: Callable[[ApiKeysSecret, str], Awaitable[T]]) -> T:
        """Do something with the keys; `work` gets them and the gateway's namespace."""

        async def run() -> T:
            try:
                credentials = load_credentials(self._where.kubeconfig, self._where.context)
            except CredentialsError as error:
                raise click.ClickException(str(error)) from None
            namespace = self._where.namespace or credentials.namespace
            gateway = GatewayPlace(namespace, self._where.gateway_account, self._where.secret)
            transport = Transport(credentials)
            try:
                return await work(ApiKeysSecret(Kube(transport), gateway), namespace)
            except ApiError as error:
                raise click.ClickException(str(error)) from None
            finally:
                await transport.close()

        return asyncio.run(run())


def _account(text: str, namespace: str) -> Account:
    place, slash, name = text.rpartition("/")
    if not name or "/" in place or (slash and not place):
        raise click.ClickException(f"{text!r} names no ServiceAccount; give NAME or NAMESPACE/NAME")
    return Account(place or namespace, name)


def _facts(record: KeyRecord) -> dict[str, str | None]:
    return {
        "id": record.id,
        "namespace": record.account.namespace,
        "serviceAccount": record.account.name,
        "created": _shown(record.created),
        "expires": _shown(record.expires) if record.expires else None,
        "note": record.note,
    }


def _table(records: Sequence[KeyRecord]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for heading in ("id", "ServiceAccount", "created", "expires", "note"):
        table.add_column(heading, overflow="fold")
    now = utc_now()
    for record in records:
        expires = _shown(record.expires) if record.expires else "never"
        until = Text(f"{expires} (over)", style="red") if record.expired(now) else Text(expires)
        account = Text(f"{record.account.namespace}/{record.account.name}")
        table.add_row(Text(record.id), account, Text(_shown(record.created)), until, Text(record.note))
    return table


def _shown(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
