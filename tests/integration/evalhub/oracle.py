"""The published EvalHub server, as a process on loopback with a catalogue of ours."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.testbed.control_plane import free_port
from tests.testbed.waiting import wait_for

_PROGRAM = Path(sys.executable).with_name("eval-hub-server")
_SECONDS = 30


@contextmanager
def published_server(directory: Path, catalogue: Mapping[str, Sequence[dict[str, Any]]]) -> Iterator[str]:
    """Its address; the arguments are those of `published_process`."""
    with published_process(directory, catalogue) as (url, _):
        yield url


@contextmanager
def published_process(directory: Path, catalogue: Mapping[str, Sequence[dict[str, Any]]]) -> Iterator[tuple[str, int]]:
    """Its address and its process.

    Args:
        directory: for its files, logs included.
        catalogue: by folder, `providers` and `collections`, the documents of its files.
    """
    config, temporary = directory / "config", directory / "temporary"
    temporary.mkdir(parents=True)
    for folder, documents in catalogue.items():
        (config / folder).mkdir(parents=True)
        for document in documents:
            (config / folder / f"{document['id']}.yaml").write_text(yaml.safe_dump(document))
    port = free_port("127.0.0.1")
    settings = {
        "service": {
            "host": "127.0.0.1",
            "port": port,
            "ready_file": str(temporary / "ready"),
            "termination_file": str(temporary / "end"),
        },
        "database": {"driver": "sqlite", "url": "file::memory:?mode=memory&cache=shared"},
    }
    (config / "config.yaml").write_text(yaml.safe_dump(settings))
    with (directory / "server.log").open("wb") as log:
        # what it runs for a job is written below TMPDIR
        env = {"PATH": "/usr/bin:/bin", "TMPDIR": str(temporary), "HOME": str(temporary)}
        server = subprocess.Popen([_PROGRAM, "-local", "-configdir", config], stdout=log, stderr=log, env=env)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: _answers(url), f"the EvalHub server to answer; its log: {directory}/server.log", _SECONDS)
        yield url, server.pid
    finally:
        server.terminate()
        server.wait(_SECONDS)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/v1/health", trust_env=False).is_success
    except httpx.TransportError:
        return False
