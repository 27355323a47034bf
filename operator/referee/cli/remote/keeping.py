"""What `referee context` does with the file."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import ValidationError

from referee.cli import exit_codes
from referee.cli.remote import contexts
from referee.cli.remote.asking import refused
from referee.cli.remote.contexts import Context, Contexts
from referee.cli.remote.port import RemoteError
from referee.cli.remote.tables import print_table
from referee.report.numbers import NOTHING

_HEADINGS = ("", "name", "where", "namespace", "credential")
_CREDENTIALS = ("token", "token_file")


def list_contexts(env: Mapping[str, str]) -> int:
    """Print every context, and of a credential where it is."""

    def work(file: Path) -> None:
        found = contexts.load(file)
        if warning := contexts.exposed(file, found):
            sys.stderr.write(f"{warning}\n")
        if not found.contexts:
            sys.stderr.write(f"{file}: holds no context; the kubeconfig of the environment is used\n")
        else:
            print_table(_HEADINGS, [_row(each, found.current_context) for each in found.contexts])

    return _with_file(env, work)


def current(env: Mapping[str, str]) -> int:
    """Print the current one's name."""

    def work(file: Path) -> None:
        name = contexts.load(file).current_context
        if name is None:
            raise RemoteError(f"{file}: no context is the current one; `referee context use NAME`")
        sys.stdout.write(f"{name}\n")

    return _with_file(env, work)


def use(env: Mapping[str, str], name: str) -> int:
    """Make it the current one."""

    def work(file: Path) -> None:
        found = contexts.load(file)
        found.named(name)
        contexts.save(file, found.model_copy(update={"current_context": name}))

    return _with_file(env, work)


def set_context(env: Mapping[str, str], name: str, fields: Mapping[str, str | None]) -> int:
    """Make it, or change the fields that are given."""

    def work(file: Path) -> None:
        found = contexts.load(file)
        context = _changed(found, name, {field: value for field, value in fields.items() if value is not None})
        changed = found.with_context(context)
        if found.current_context is None:
            changed = changed.model_copy(update={"current_context": name})
        contexts.save(file, changed)
        sys.stderr.write(f"{file}: {name} is {'kept' if found.current_context not in (None, name) else 'current'}\n")

    return _with_file(env, work)


def delete(env: Mapping[str, str], name: str) -> int:
    """Forget it."""
    return _with_file(env, lambda file: contexts.save(file, contexts.load(file).without(name)))


def _changed(found: Contexts, name: str, given: dict[str, str]) -> Context:
    before = next((c.model_dump(exclude_none=True) for c in found.contexts if c.name == name), {"name": name})
    if given.keys() & set(_CREDENTIALS):
        before = {field: value for field, value in before.items() if field not in _CREDENTIALS}
    try:
        return Context.model_validate(before | given)
    except ValidationError as error:
        raise RemoteError("\n".join(f"context {name}: {line}" for line in contexts.problems(error))) from None


def _row(context: Context, current_context: str | None) -> list[str]:
    cluster = ", ".join(filter(None, (context.kubeconfig or "kubeconfig of the environment", context.kube_context)))
    credential = "kept here" if context.token else context.token_file or NOTHING
    return [
        "*" if context.name == current_context else "",
        context.name,
        context.gateway or cluster,
        context.namespace or NOTHING,
        credential if context.gateway else "kubeconfig",
    ]


def _with_file(env: Mapping[str, str], work: Callable[[Path], None]) -> int:
    try:
        work(contexts.place_of(env))
    except RemoteError as error:
        return refused(error)
    return exit_codes.OK
