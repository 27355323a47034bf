"""Which place a command goes to: what its flags say, then the environment, then the file, then the kubeconfig.

The last one is kubectl's own rule, so that whoever has a working kubectl needs to set up nothing.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import ValidationError

from referee.api.names import SERVICE_ACCOUNT_DIR
from referee.cli.remote import contexts
from referee.cli.remote.contexts import Context
from referee.cli.remote.flags import Flags
from referee.cli.remote.port import Remote, RemoteError

_UNNAMED = "unnamed"
"""Of what stands in no file."""


def choose(flags: Flags, env: Mapping[str, str]) -> Context:
    """The context that is meant.

    Raises:
        RemoteError: the flags contradict each other, or the file cannot be used.
    """
    context = _place(flags, env)
    if context.gateway is None and flags.token_file is not None:
        raise RemoteError("--token-file: is for a gateway, and a cluster is asked; give --gateway, or leave it out")
    changed: dict[str, str | None] = {}
    if context.gateway is not None:
        if flags.token_file is not None:
            changed = {"token": None, "token_file": flags.token_file}
        elif context.token is None and context.token_file is None:
            changed = _credential(env)
    if flags.namespace is not None:
        changed["namespace"] = flags.namespace
    return context.model_copy(update=changed)


def _place(flags: Flags, env: Mapping[str, str]) -> Context:
    if flags.gateway is not None and flags.context is not None:
        raise RemoteError("--gateway and --context: each says where to go; leave one out")
    if flags.gateway is not None:
        return _gateway(flags.gateway, "--gateway")
    if flags.context is None and env.get("REFEREE_GATEWAY"):
        return _gateway(env["REFEREE_GATEWAY"], "REFEREE_GATEWAY")
    file = contexts.load(contexts.place_of(env))
    name = flags.context or file.current_context
    return file.named(name) if name else Context(name=_UNNAMED)


def _gateway(address: str, origin: str) -> Context:
    try:
        return Context(name=_UNNAMED, gateway=address)
    except ValidationError:
        said = "is no http address; write one such as https://referee.example.com"
        raise RemoteError(f"{origin}: {address!r} {said}") from None


def _credential(env: Mapping[str, str]) -> dict[str, str | None]:
    """Of the environment, else the pod's own; a gateway that wants none needs none."""
    if env.get("REFEREE_TOKEN"):
        return {"token": env["REFEREE_TOKEN"]}
    own = Path(SERVICE_ACCOUNT_DIR) / "token"
    return {"token_file": str(own)} if own.is_file() else {}


@asynccontextmanager
async def opened(context: Context, env: Mapping[str, str]) -> AsyncIterator[Remote]:
    """Go there; one session, closed at the end."""
    if context.gateway is not None:
        from referee.cli.remote.gateway import gateway_remote  # noqa: PLC0415 - one of the two is never needed

        async with gateway_remote(context) as remote:
            yield remote
    else:
        from referee.cli.remote.cluster import cluster_remote  # noqa: PLC0415 - see above

        async with cluster_remote(context, env) as remote:
            yield remote
