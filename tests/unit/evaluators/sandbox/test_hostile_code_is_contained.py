"""Every attack that we could think of spoils its own sample at most, for whoever runs the adapter.

The same battery runs in a pod: tests/e2e/test_code_evaluators_in_a_pod.py.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.unit.evaluators.sandbox import hostile
from tests.unit.evaluators.sandbox.contained import ATTACKS, SENTENCES, VALUES, violations

_ROOT = Path(__file__).resolve().parents[4]
_NOBODY = 65534
_SECRET = "the-token-of-the-pod"
_WITHOUT_LANDLOCK = """
import os, struct, sys
from referee_evaluators.sandbox import kernel
def step(code, yes, no, value): return struct.pack("=HBBI", code, yes, no, value)
denied = step(0x20, 0, 0, 0) + step(0x35, 0, 2, 444) + step(0x25, 1, 0, 446) + step(6, 0, 0, 0x50026)
kernel.no_new_privileges()
kernel.install_filter(denied + step(6, 0, 0, 0x7fff0000))
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Answers ENOSYS to Landlock's three calls, as an older kernel does, and then is the program."""
_PATH = {"PYTHONPATH": os.pathsep.join(str(_ROOT / part) for part in ("adapters", "operator"))}


@pytest.fixture(scope="module", params=["who runs the tests", "an ordinary user", "a kernel without Landlock"])
def report(request: pytest.FixtureRequest) -> dict[str, Any]:
    interpreter, uid = sys.executable, os.getuid()
    if request.param == "an ordinary user":
        if uid != 0:
            pytest.skip("only root can become somebody else")
        interpreter, uid = _reachable(), _NOBODY
    before = [_WITHOUT_LANDLOCK] if request.param == "a kernel without Landlock" else []
    # not pytest's own directory, which is root's alone
    with tempfile.TemporaryDirectory() as directory:
        report = _battery(Path(directory), interpreter, uid, before)
    assert not (before and report["landlock"])
    return report


def _battery(directory: Path, interpreter: str, uid: int, before: list[str]) -> dict[str, Any]:
    secret, attacks = directory / "token", directory / "attacks.json"
    secret.write_text(_SECRET)
    attacks.write_text(json.dumps(ATTACKS))
    secret.chmod(0o600)
    for path in (secret, attacks, directory):
        os.chown(path, uid, -1)
    program = [hostile.__file__, str(secret), str(attacks)]
    command = [interpreter, *(["-c", *before] if before else []), *program]
    done = subprocess.run(
        command, env=_PATH, user=uid, cwd="/", capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["uid"] == uid
    return report


def test_no_attack_does_more_than_spoil_its_own_sample(report: dict[str, Any]) -> None:
    assert violations(report, _SECRET) == []


def test_every_expectation_is_about_an_attack() -> None:
    assert set(SENTENCES) | set(VALUES) <= set(ATTACKS)


@pytest.mark.parametrize(
    ("name", "worked"),
    [
        ("steals the token", {"open", "os_open", "libc_open", "fopen", "stat", "listing"}),
        ("opens sockets", {"inet", "unix", "netlink", "pair", "raw"}),
        ("makes machine code", {"map", "raw"}),
    ],
)
def test_the_attacks_work_where_there_is_no_sandbox(name: str, worked: set[str], tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(_SECRET)
    given = f"{{'secret': {str(token)!r}}}"
    script = f"{ATTACKS[name]}\nimport json\nprint(json.dumps(attack({given}) or []))"

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert worked <= set(json.loads(done.stdout.splitlines()[-1])), done.stderr


def _reachable() -> str:
    """An interpreter that an ordinary user can start; one below /root is none."""
    for interpreter in (sys.executable, "/usr/bin/python3"):
        new_enough = "import sys; sys.exit(sys.version_info < (3, 11))"
        try:
            if subprocess.run([interpreter, "-c", new_enough], user=_NOBODY, check=False, cwd="/").returncode == 0:
                return interpreter
        except OSError:
            continue
    pytest.skip("no Python 3.11 that an ordinary user can start")
