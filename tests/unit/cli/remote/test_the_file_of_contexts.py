"""The file of contexts: written for its owner alone, and refused with a sentence that repeats no secret."""

import stat
from pathlib import Path

import pytest

from referee.cli.remote import contexts
from referee.cli.remote.contexts import Context, Contexts
from referee.cli.remote.port import RemoteError

SECRET = "eyJhbGciOi.very.secret"


def test_it_comes_back_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.yaml"
    kept = Contexts(
        current_context="team",
        contexts=[
            Context(name="team", gateway="https://referee.example.com", token=SECRET, namespace="a"),
            Context(name="here", kubeconfig="~/.kube/other", kube_context="kind"),
        ],
    )
    contexts.save(file, kept)

    assert contexts.load(file) == kept
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(tmp_path.rglob("*")) == [file.parent, file], "something was left over"


def test_there_need_be_none(tmp_path: Path) -> None:
    assert contexts.load(tmp_path / "none") == Contexts()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("contexts: [", " line 1: is no YAML; mend it, or delete the file", id="no YAML"),
        pytest.param(
            SECRET, ": must be an object; write it as 'field: value' lines", id="a token in place of the file"
        ),
        pytest.param(
            f"contexts: [{SECRET}]",
            ": contexts[0]: must be an object; write it as 'field: value' lines",
            id="no context",
        ),
        pytest.param(
            f"contexts: [{{name: a, gateway: 'https://x', tokn: {SECRET}}}]",
            ": contexts[0].tokn: there is no such field; did you mean token?",
            id="a misspelt field",
        ),
        pytest.param(
            "current: a", ": current: there is no such field; there are currentContext, contexts", id="another word"
        ),
        pytest.param(
            f"contexts: [{{name: a, gateway: '{SECRET}'}}]",
            ": contexts[0]: gateway is no http address; write one such as https://referee.example.com",
            id="no address",
        ),
        pytest.param(
            f"contexts: [{{name: a, token: {SECRET}}}]",
            ": contexts[0]: token means nothing for a cluster, since it names no gateway; leave it out",
            id="a token for a cluster",
        ),
        pytest.param(
            "contexts: [{name: a, gateway: 'http://x', kubeconfig: y}]",
            ": contexts[0]: kubeconfig means nothing for a gateway; leave it out",
            id="a kubeconfig for a gateway",
        ),
        pytest.param(
            f"contexts: [{{name: a, gateway: 'http://x', token: {SECRET}, tokenFile: y}}]",
            ": contexts[0]: token and tokenFile are both set; leave one out",
            id="two credentials",
        ),
        pytest.param(
            "contexts: [{name: a}, {name: a}]", ": two contexts are called a; rename one", id="one name twice"
        ),
        pytest.param(
            "contexts: [{gateway: 'http://x'}]",
            ": contexts[0].name: is required but missing; add it",
            id="a context without a name",
        ),
    ],
)
def test_what_is_wrong_is_named_and_no_secret_repeated(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    with pytest.raises(RemoteError) as refused:
        contexts.load(file)
    assert str(refused.value) == f"{file}{said}"
    assert SECRET not in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="cannot be read: Is a directory"):
        contexts.load(tmp_path)


def test_a_token_that_others_can_read_is_warned_of(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    kept = Contexts(contexts=[Context(name="a", gateway="http://x", token=SECRET)])
    contexts.save(file, kept)
    assert contexts.exposed(file, kept) is None
    file.chmod(0o644)
    assert contexts.exposed(file, kept) == f"{file}: holds a token and can be read by others: chmod 600 {file}"
    assert contexts.exposed(file, Contexts()) is None


def test_a_credential_does_not_stand_in_a_repr() -> None:
    assert SECRET not in repr(Context(name="a", gateway="http://x", token=SECRET))


@pytest.mark.parametrize(
    ("env", "place"),
    [
        ({"REFEREE_CONFIG": "/x/y"}, "/x/y"),
        ({"XDG_CONFIG_HOME": "/x", "HOME": "/h"}, "/x/referee/config.yaml"),
        ({"HOME": "/h"}, "/h/.config/referee/config.yaml"),
    ],
)
def test_where_it_is(env: dict[str, str], place: str) -> None:
    assert contexts.place_of(env) == Path(place)
