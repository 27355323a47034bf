"""The fetcher as a process, as an init container starts it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]
LOOPBACK = "127.0.0.0/8"
COMMAND = [sys.executable, "-m", "referee_agent.fetch"]


@dataclass
class Fetched:
    """How it ended."""

    code: int
    message: Json
    log: str
    files: dict[str, bytes]


@dataclass
class Fetcher:
    """Where it runs. Loopback is allowed, since that is where a test's servers are."""

    root: Path
    environ: dict[str, str] = field(default_factory=lambda: {"REFEREE_TEST_DATA_NETWORKS": LOOPBACK})

    def secret(self, **keys: str) -> None:
        (self.root / "secret").mkdir(exist_ok=True)
        for key, value in keys.items():
            (self.root / "secret" / key).write_text(value)

    def environment(self, kind: str, source: Json) -> dict[str, str]:
        target = self.root / "test_data"
        target.mkdir(exist_ok=True)
        own = {
            "REFEREE_TEST_DATA": json.dumps({kind: source}),
            "REFEREE_TEST_DATA_DIR": str(target),
            "REFEREE_TEST_DATA_SECRETS": str(self.root / "secret"),
            "REFEREE_TERMINATION_LOG": str(self.root / "fetch-log"),
            "NO_PROXY": "127.0.0.1,localhost",  # of whoever runs this: it must not open a way past the guard
        }
        return {**os.environ, **own, **self.environ}

    def start(self, kind: str, **source: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            COMMAND, env=self.environment(kind, source), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def fetch(self, kind: str, **source: Any) -> Fetched:
        environ = self.environment(kind, source)
        target = self.root / "test_data"
        ended = subprocess.run(
            COMMAND,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        files = {str(p.relative_to(target)): p.read_bytes() for p in sorted(target.rglob("*")) if p.is_file()}
        assert not [p for p in target.rglob("*") if p.is_symlink()]
        message = json.loads((self.root / "fetch-log").read_text())
        return Fetched(ended.returncode, message, ended.stdout.decode(), files)

    def refusal(self, kind: str, **source: Any) -> tuple[str, str]:
        """Reason and message of a fetch that must fail."""
        ended = self.fetch(kind, **source)
        assert ended.code == 1, ended.log
        assert set(ended.message) == {"reason", "message"}, ended.log
        return ended.message["reason"], ended.message["message"]
