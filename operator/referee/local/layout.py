"""The directory of one attempt, as an adapter in local mode expects it.

    meta/job.json      what it is told; readable by its user alone, since the address in it is its credential
    data/              what it writes: samples.jsonl
    test_data/         the keys of the ConfigMap that the benchmark names, one file each
    termination-log    the second way home for its result
    log.txt            what it prints

The model's credentials are not here: results are kept, copied and shared. They live in a private directory of the
system's temporary place for as long as the process does.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from referee.local.objects import Files
from referee.local.writing import write_files

LOG_FILE = "log.txt"
SPEC_FILE = "meta/job.json"
_TERMINATION_LOG = "termination-log"
_TERMINATION_BYTES = 4096
"""As much as a kubelet keeps."""


def attempt_directory(results: Path, index: int, attempt: int) -> Path:
    """Where in a run's results an attempt has its directory."""
    return results / f"{index}-{attempt}"


def make(directory: Path, test_data: Files | None) -> None:
    """Make the directory; one that is there belongs to another run, which is an error."""
    (directory / "meta").mkdir(parents=True)
    (directory / "data").mkdir()
    if test_data is not None:
        write_files(directory / "test_data", test_data, 0o644)


def write_spec(directory: Path, document: dict[str, Any]) -> Path:
    """Write the adapter's job spec."""
    path = directory / SPEC_FILE
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    write_files(path.parent, {path.name: text.encode()}, 0o600)
    return path


def write_credentials(credentials: Files) -> Path:
    """Write the model's credentials where only their user can read them; whoever calls sees to their removal."""
    directory = Path(tempfile.mkdtemp(prefix="referee-"))
    write_files(directory, credentials, 0o600)
    return directory


def termination_message(directory: Path) -> str:
    """What the process left behind when it ended."""
    try:
        with (directory / _TERMINATION_LOG).open("rb") as file:
            return file.read(_TERMINATION_BYTES).decode(errors="replace")
    except OSError:
        return ""
