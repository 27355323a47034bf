"""Flags before the environment, the environment before the file, the file before the kubeconfig."""

from pathlib import Path

import pytest

from referee.cli.remote import contexts
from referee.cli.remote.choosing import choose
from referee.cli.remote.contexts import Context, Contexts
from referee.cli.remote.flags import Flags
from referee.cli.remote.port import RemoteError

TEAM = Context(name="team", gateway="https://team", token="kept", namespace="a")
OWN = Context(name="own", kubeconfig="/k")
BARE = Context(name="bare", gateway="https://bare")
THERE = {"REFEREE_GATEWAY": "https://env", "REFEREE_TOKEN": "from-env"}


@pytest.fixture
def file(tmp_path: Path) -> dict[str, str]:
    place = tmp_path / "config.yaml"
    contexts.save(place, Contexts(current_context="team", contexts=[TEAM, OWN, BARE]))
    return {"REFEREE_CONFIG": str(place)}


@pytest.mark.parametrize(
    ("flags", "env", "chosen"),
    [
        pytest.param(Flags(), {}, TEAM, id="the current context"),
        pytest.param(Flags(context="own"), {}, OWN, id="another one"),
        pytest.param(
            Flags(), THERE, Context(name="unnamed", gateway="https://env", token="from-env"), id="the environment"
        ),
        pytest.param(Flags(context="team"), THERE, TEAM, id="a context that is named, whatever the environment says"),
        pytest.param(
            Flags(context="bare"), THERE, BARE.model_copy(update={"token": "from-env"}), id="a token from elsewhere"
        ),
        pytest.param(
            Flags(gateway="http://flag"),
            THERE,
            Context(name="unnamed", gateway="http://flag", token="from-env"),
            id="an address",
        ),
        pytest.param(
            Flags(token_file="/t"),
            {},
            Context(name="team", gateway="https://team", token_file="/t", namespace="a"),
            id="another token",
        ),
        pytest.param(Flags(namespace="b"), {}, TEAM.model_copy(update={"namespace": "b"}), id="another namespace"),
    ],
)
def test_what_is_chosen(file: dict[str, str], flags: Flags, env: dict[str, str], chosen: Context) -> None:
    assert choose(flags, file | env) == chosen


def test_without_anything_it_is_the_kubeconfig(tmp_path: Path) -> None:
    chosen = choose(Flags(namespace="n"), {"REFEREE_CONFIG": str(tmp_path / "none")})
    assert (chosen.gateway, chosen.kubeconfig, chosen.namespace) == (None, None, "n")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (Flags(gateway="http://x", context="team"), "--gateway and --context: each says where to go; leave one out"),
        (Flags(context="nope"), r"no context is called nope \(team, own, bare\); `referee context set nope` makes it"),
        (Flags(gateway="localhost:8080"), "--gateway: 'localhost:8080' is no http address"),
        (Flags(context="own", token_file="/t"), "--token-file: is for a gateway, and a cluster is asked"),
    ],
)
def test_what_contradicts_itself_is_refused(file: dict[str, str], flags: Flags, said: str) -> None:
    with pytest.raises(RemoteError, match=said):
        choose(flags, file)
