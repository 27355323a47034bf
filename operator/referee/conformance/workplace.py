"""The files of one run: what the adapter is told, and where it may write.

meta/job.json                what it is told
data/, tmp/                  where it may write
termination-log              where the kubelet would look for its last words
serviceaccount/, model/      what a pod mounts under /var/run/secrets
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TERMINATION_BYTES = 4096
_LARGEST = 64 * 1024 * 1024
"""Bytes of a file that is searched for the secret."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """The directory of one run."""

    root: Path
    test_data: Path | None = None
    """The user's own directory, for the adapter to read."""

    @property
    def spec(self) -> Path:
        """The job spec."""
        return self.root / "meta/job.json"

    def lay_out(self, document: dict[str, Any], secret: str, *, broken: bool) -> None:
        """Make the files; readable by any user, since a container's is not ours."""
        text = "{ this is no JSON" if broken else json.dumps(document, indent=2)
        for name, content in (
            ("meta/job.json", text),
            ("model/api-key", secret),
            ("serviceaccount/namespace", "conformance"),
            ("serviceaccount/token", "no-credential"),
            ("termination-log", ""),
        ):
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        for name in ("data", "tmp"):
            (self.root / name).mkdir()
        if self.test_data is not None:
            (self.root / "test_data").symlink_to(self.test_data)
        for path in (self.root, *self.root.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o777 if path.is_dir() or path.name == "termination-log" else 0o644)

    def termination_message(self) -> str:
        """What the adapter left."""
        with (self.root / "termination-log").open("rb") as file:
            return file.read(_TERMINATION_BYTES).decode(errors="replace")

    def holding(self, secret: str) -> Iterator[str]:
        """Files that the adapter wrote and that hold the secret."""
        given = {self.root / "model/api-key"}
        for path in sorted(self.root.rglob("*")):
            searched = path.is_file() and path not in given and path.stat().st_size <= _LARGEST
            if searched and secret.encode() in path.read_bytes():
                yield str(path.relative_to(self.root))
