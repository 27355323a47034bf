"""Starts programs that were written for EvalHub, as a user would."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.integration.evalhub.place import Place

EVALHUB = Path(sys.executable).with_name("evalhub")
_SECONDS = 120


@dataclass(frozen=True)
class Ran:
    """A program that has ended."""

    code: int
    said: str
    """Standard output."""
    complained: str
    """Standard error."""


def run(*command: str | Path, environment: Mapping[str, str], directory: Path) -> Ran:
    """Run it to its end."""
    env = {**os.environ, "HOME": str(directory), "COLUMNS": "200", "NO_COLOR": "1", **environment}
    done = subprocess.run(
        [str(part) for part in command],
        env=env,
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def evalhub(here: Place, directory: Path, *words: str) -> Ran:
    """The published command, told by the environment where to go and with which token."""
    environment = {"EVALHUB_BASE_URL": here.url, "EVALHUB_TOKEN": here.token}
    return run(EVALHUB, *words, environment=environment, directory=directory)
