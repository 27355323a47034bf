"""The file of contexts: which places there are, and which one is meant when nothing is said.

One word, `namespace`, for both kinds of place: a gateway's tenant is the namespace. A token may stand in the file,
which is therefore written for its owner alone and is never printed; a `tokenFile` is read anew for each request.
"""

import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from referee.api.documents import as_yaml
from referee.api.problem import unknown_field
from referee.cli.remote.port import RemoteError

_GATEWAY_ONLY = ("token", "token_file", "ca_file")
_CLUSTER_ONLY = ("kubeconfig", "kube_context", "catalogue_namespace")


_SENTENCES = {
    "missing": "is required but missing; add it",
    "model_type": "must be an object; write it as 'field: value' lines",
    "list_type": "must be a list; start each entry with '- '",
    "string_type": "must be text; put it in quotes",
}


class Context(BaseModel):
    """One place, and as whom to go there."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    name: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^\S+$")]
    gateway: str | None = None
    """Address of a gateway; unset: a cluster."""
    token: Annotated[str | None, Field(repr=False)] = None
    """A bearer token or an API key."""
    token_file: str | None = None
    """A file that holds one."""
    ca_file: str | None = None
    """Certificates that the gateway's is checked against; unset: the system's."""
    kubeconfig: str | None = None
    """Unset: as kubectl finds it."""
    kube_context: str | None = None
    """Unset: the kubeconfig's current one."""
    catalogue_namespace: str | None = None
    """Where a cluster keeps what all its tenants share, if they may read it; a gateway knows by itself."""
    namespace: str | None = None
    """Unset: what the token or the kubeconfig says."""

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        if self.gateway is not None and not _is_address(self.gateway):
            raise ValueError("gateway is no http address; write one such as https://referee.example.com")
        strange = _CLUSTER_ONLY if self.gateway else _GATEWAY_ONLY
        if found := [to_camel(name) for name in strange if getattr(self, name) is not None]:
            kind = "a gateway" if self.gateway else "a cluster, since it names no gateway"
            raise ValueError(f"{', '.join(found)} means nothing for {kind}; leave it out")
        if self.token is not None and self.token_file is not None:
            raise ValueError("token and tokenFile are both set; leave one out")
        return self


class Contexts(BaseModel):
    """The whole file."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid")

    current_context: str | None = None
    contexts: list[Context] = []

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        names = [context.name for context in self.contexts]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two contexts are called {twice[0]}; rename one")
        return self

    def named(self, name: str) -> Context:
        """The context of that name."""
        found = next((context for context in self.contexts if context.name == name), None)
        if found is None:
            known = ", ".join(context.name for context in self.contexts) or "none"
            raise RemoteError(f"no context is called {name} ({known}); `referee context set {name}` makes it")
        return found

    def with_context(self, context: Context) -> "Contexts":
        """With this one, in the place of another of its name."""
        others = [other for other in self.contexts if other.name != context.name]
        return self.model_copy(update={"contexts": [*others, context]})

    def without(self, name: str) -> "Contexts":
        """Without this one; nothing is current if it was."""
        self.named(name)
        current = None if self.current_context == name else self.current_context
        rest = [context for context in self.contexts if context.name != name]
        return self.model_copy(update={"contexts": rest, "current_context": current})


def place_of(env: Mapping[str, str]) -> Path:
    """Where the file is."""
    if given := env.get("REFEREE_CONFIG"):
        return Path(given)
    root = Path(env.get("XDG_CONFIG_HOME") or Path(env.get("HOME") or Path.home()) / ".config")
    return root / "referee" / "config.yaml"


def load(file: Path) -> Contexts:
    """Read the file; one that does not exist holds nothing.

    Raises:
        RemoteError: it cannot be used. No value of the file stands in the text: it may be a token in a wrong place.
    """
    try:
        return Contexts.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")) or {})
    except FileNotFoundError:
        return Contexts()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise RemoteError(f"{file}{line}: is no YAML; mend it, or delete the file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RemoteError(f"{file}: cannot be read: {_why(error)}") from None
    except ValidationError as error:
        raise RemoteError("\n".join(f"{file}: {line}" for line in problems(error))) from None


def save(file: Path, contexts: Contexts) -> None:
    """Write the file, whole or not at all, for its owner alone."""
    text = as_yaml(contexts.model_dump(mode="json", by_alias=True, exclude_none=True))
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        number, unfinished = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mode 0600
        with os.fdopen(number, "w", encoding="utf-8") as out:
            out.write(text)
        Path(unfinished).replace(file)
    except OSError as error:
        raise RemoteError(f"{file}: cannot be written: {_why(error)}") from None


def exposed(file: Path, contexts: Contexts) -> str | None:
    """A warning if a token stands in a file that others can read."""
    if not any(context.token for context in contexts.contexts):
        return None
    if file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return f"{file}: holds a token and can be read by others: chmod 600 {file}"
    return None


def problems(error: ValidationError) -> Iterator[str]:
    """What is wrong, without any value."""
    for detail in error.errors(include_url=False, include_input=False):
        *outer, last = detail["loc"] or ("",)
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"]).lstrip(".")
        said = _SENTENCES.get(detail["type"], detail["msg"].removeprefix("Value error, "))
        if detail["type"] == "extra_forbidden":
            model = Context if outer else Contexts
            said = unknown_field(str(last), [to_camel(name) for name in model.model_fields], [])
        yield f"{path}: {said}" if path else said


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not parts.query and not parts.fragment


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
