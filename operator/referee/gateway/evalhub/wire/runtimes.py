"""How a provider is run: EvalHub's `runtime`, to and from our adapter.

EvalHub writes `runtime.k8s` with its own program's field names (`CPURequest`), reads them in any case but without
underscores, and so loses `cpu_request`, which is what its files say. Here both spellings are taken, and what comes
back is the files'. An image that comes this way was built with the SDK, so its contract is evalhub-v1.
"""

# ruff: noqa: RUF012 - pydantic copies a field's default
import re
import shlex
from collections.abc import Mapping
from typing import Any

from pydantic import model_validator

from referee.gateway.evalhub.wire.reading import Wire

Document = dict[str, Any]
CONTRACT = "evalhub-v1"

_PLAIN = re.compile(r"[\w@%+:,./ -][\w@%+=:,./ -]*", re.ASCII)
"""A command that a shell would take word by word."""
_SHELL = ["sh", "-c"]
_AMOUNTS = {
    "cpu_request": ("requests", "cpu"),
    "memory_request": ("requests", "memory"),
    "cpu_limit": ("limits", "cpu"),
    "memory_limit": ("limits", "memory"),
}


def field_of(name: str, known: Mapping[str, Any]) -> str:
    """The field that a name stands for, written either way: CPURequest is cpu_request."""
    plain = name.lower().replace("_", "")
    return next((field for field in known if field.replace("_", "") == plain), name)


class _EitherSpelling(Wire):
    @model_validator(mode="before")
    @classmethod
    def _as_files_have_it(cls, given: Any) -> Any:  # noqa: ANN401 - whatever JSON stands there
        if not isinstance(given, dict):
            return given
        renamed = {field_of(name, cls.model_fields): value for name, value in given.items()}
        own = {name: value for name, value in given.items() if name in cls.model_fields}
        return {name: value for name, value in {**renamed, **own}.items() if value != ""}


class EnvVar(_EitherSpelling):
    """One variable."""

    name: str
    value: str = ""


class K8s(_EitherSpelling):
    """In a pod."""

    image: str | None = None
    entrypoint: list[str] = []
    cpu_request: str | int | None = None
    memory_request: str | int | None = None
    cpu_limit: str | int | None = None
    memory_limit: str | int | None = None
    env: list[EnvVar] = []


class Local(Wire):
    """As a program."""

    command: str = ""


class Runtime(Wire):
    """How a provider is run."""

    k8s: K8s | None = None
    local: Local | None = None


def adapter_of(runtime: Runtime | None) -> Document | None:
    """The adapter of a resource; None where nothing is said of it."""
    k8s = (runtime and runtime.k8s) or K8s()
    local = (runtime and runtime.local) or Local()
    resources: dict[str, Document] = {}
    for field, (kind, name) in _AMOUNTS.items():
        if (amount := getattr(k8s, field)) is not None:
            resources.setdefault(kind, {})[name] = amount
    adapter = {
        "image": k8s.image,
        "command": k8s.entrypoint,
        "localCommand": _words(local.command),
        "env": [{"name": entry.name, "value": entry.value} for entry in k8s.env],
        "resources": resources,
    }
    said = {name: value for name, value in adapter.items() if value}
    return {**said, "contract": CONTRACT} if said else None


def runtime_of(adapter: Mapping[str, Any] | None) -> Document | None:
    """The runtime of a document; None where there is nothing to say. A variable from a Secret comes without value."""
    adapter = adapter or {}
    resources = adapter.get("resources") or {}
    k8s = {
        "image": adapter.get("image"),
        "entrypoint": adapter.get("command"),
        **{field: (resources.get(kind) or {}).get(name) for field, (kind, name) in _AMOUNTS.items()},
        "env": [{"name": entry["name"], "value": entry.get("value", "")} for entry in adapter.get("env") or ()],
    }
    said = {name: value for name, value in k8s.items() if value is not None and value != []}
    command = _text(adapter.get("localCommand") or [])
    runtime = {**({"k8s": said} if said else {}), **({"local": {"command": command}} if command else {})}
    return runtime or None


def _words(command: str) -> list[str]:
    if not command.strip():
        return []
    words = command.split(" ")
    plain = _PLAIN.fullmatch(command) and all(words) and "=" not in words[0]
    return words if plain else [*_SHELL, command]


def _text(words: list[str]) -> str:
    return words[2] if words[:2] == _SHELL and len(words) == len(_SHELL) + 1 else shlex.join(words)
