"""`referee context`: what a user types, and what is printed; never a token."""

import io
import sys
from pathlib import Path

import pytest

from referee.cli import main as command
from referee.cli.remote import contexts

SECRET = "rfk_very-secret"


class Typed:
    """A user's shell."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], file: Path) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.file = file
        monkeypatch.setenv("REFEREE_CONFIG", str(file))

    def __call__(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["referee", "context", *arguments])
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            command.main()
        out, err = self._capsys.readouterr()
        assert SECRET not in out + err
        return int(ended.value.code or 0), out, err


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Typed:
    return Typed(monkeypatch, capsys, tmp_path / "config.yaml")


def test_the_first_one_is_current_and_others_are_kept_beside_it(typed: Typed) -> None:
    code, _, err = typed("set", "team", "--gateway", "http://team", "--token-stdin", "-n", "a", stdin=f"{SECRET}\n")
    assert (code, err) == (0, f"{typed.file}: team is current\n")
    assert typed("set", "own", "--kube-context", "kind") == (0, "", f"{typed.file}: own is kept\n")
    assert typed("current") == (0, "team\n", "")

    _, out, _ = typed("list")

    lines = [line.split() for line in out.splitlines() if "team" in line or "own" in line]
    assert lines == [
        ["*", "team", "http://team", "a", "kept", "here"],
        ["own", "kubeconfig", "of", "the", "environment,", "kind", "-", "kubeconfig"],
    ]
    assert contexts.load(typed.file).named("team").token == SECRET


def test_what_is_not_named_stays_and_a_credential_replaces_another(typed: Typed) -> None:
    typed("set", "team", "--gateway", "http://team", "--token-stdin", "-n", "a", stdin=SECRET)
    typed("set", "team", "--token-file", "/t")
    found = contexts.load(typed.file).named("team")
    assert (found.gateway, found.namespace, found.token, found.token_file) == ("http://team", "a", None, "/t")


def test_using_and_deleting(typed: Typed) -> None:
    typed("set", "one", "--gateway", "http://one")
    typed("set", "two", "--gateway", "http://two")
    assert typed("use", "two") == (0, "", "")
    assert typed("current") == (0, "two\n", "")
    assert typed("delete", "two") == (0, "", "")
    code, _, err = typed("current")
    assert (code, err) == (2, f"Error: {typed.file}: no context is the current one; `referee context use NAME`\n")
    code, _, err = typed("use", "two")
    assert (code, err) == (2, "Error: no context is called two (one); `referee context set two` makes it\n")


def test_what_cannot_be_is_refused_and_changes_nothing(typed: Typed) -> None:
    code, _, err = typed("set", "team", "--gateway", "http://x", "--kubeconfig", "y")
    assert (code, err) == (2, "Error: context team: kubeconfig means nothing for a gateway; leave it out\n")
    assert not typed.file.exists()
