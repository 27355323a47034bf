"""The directory of one attempt, as an adapter in local mode expects it.

    meta/job.json      what it is told; readable by its user alone, since the address in it is its credential
    data/              what it writes: samples.jsonl
    test_data/         the benchmark's own data: a file for each key of its ConfigMap, what was fetched, or a link
    termination-log    the second way home for its result
    fetch.json         what fetching the data came to
    log.txt            what it prints

The model's credentials are not here: results are kept, copied and shared. They live in a private directory of the
system's temporary place for as long as the process does.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from referee.local.objects import Files
from referee.local.writing import write_files

LOG_FILE = "log.txt"
SPEC_FILE = "meta/job.json"
JUDGES = "evaluators"
"""Beside the model's credentials: those of judges."""
_TEST_DATA = "test_data"
_TERMINATION_LOG = "termination-log"
_FETCH_LOG = "fetch.json"
_TERMINATION_BYTES = 4096
"""As much as a kubelet keeps."""


def attempt_directory(results: Path, index: int, attempt: int) -> Path:
    """Where in a run's results an attempt has its directory."""
    return results / f"{index}-{attempt}"


def make(directory: Path, test_data: Files | Path | None) -> None:
    """Make the directory; one that is there belongs to another run, which is an error."""
    (directory / "meta").mkdir(parents=True)
    (directory / "data").mkdir()
    if isinstance(test_data, Path):
        (directory / _TEST_DATA).symlink_to(test_data.absolute())
    elif test_data is not None:
        write_files(directory / _TEST_DATA, test_data, 0o644)


def write_spec(directory: Path, document: dict[str, Any]) -> Path:
    """Write the adapter's job spec."""
    path = directory / SPEC_FILE
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    write_files(path.parent, {path.name: text.encode()}, 0o600)
    return path


def write_credentials(credentials: Files, judges: Mapping[int, Files] = MappingProxyType({})) -> Path:
    """Write credentials where only their user can read them; whoever calls sees to their removal.

    Args:
        credentials: the model's.
        judges: those of judges, by their place in the job; each gets a directory of its own.
    """
    directory = Path(tempfile.mkdtemp(prefix="referee-"))
    write_files(directory, credentials, 0o600)
    for number, files in judges.items():
        write_files(directory / JUDGES / str(number), files, 0o600)
    return directory


def fetch_environment(directory: Path, secrets: Path) -> dict[str, str]:
    """Where the program that fetches test data puts things, and finds its Secret."""
    (directory / _TEST_DATA).mkdir()
    return {
        "REFEREE_TEST_DATA_DIR": str(directory / _TEST_DATA),
        "REFEREE_TEST_DATA_SECRETS": str(secrets),
        "REFEREE_TERMINATION_LOG": str(directory / _FETCH_LOG),
    }


def fetch_message(directory: Path) -> str:
    """What the program that fetches test data said of its end."""
    return _end_of(directory / _FETCH_LOG)


def termination_message(directory: Path, or_log: bool) -> str:  # noqa: FBT001 - as the kubelet's policy
    """What the process left behind when it ended, or else the end of its log."""
    return _end_of(directory / _TERMINATION_LOG) or (_end_of(directory / LOG_FILE) if or_log else "")


def _end_of(path: Path) -> str:
    """As much of a file's end as a kubelet keeps."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TERMINATION_BYTES))
            return file.read().decode(errors="replace")
    except OSError:
        return ""
