"""Answers that were paid for once: a file of SQLite on the pod's scratch, or on a volume where several runs share it.

The key is the whole request (address, headers, model, parameters, messages) and what tells equal requests apart that
must not share an answer: the epoch, a judge's vote. Of the headers Authorization alone is left out: a credential that
is renewed changes no answer, while another header may choose the tenant or the model's version. Errors are never kept.

SQLite and not a file an answer: a million answers are one file, and its memory does not grow with them. It is written
without waiting for the disk, because what is lost with a machine is asked again; the journal is what must not be lost.
"""

import hashlib
import json
import logging
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from referee_evaluators.types import Answer, Usage

_log = logging.getLogger(__name__)
_COMMIT_EVERY = 1.0
"""Seconds; other runs on the same volume wait as long for what is here."""


class Cache:
    """Of all endpoints of a run."""

    def __init__(self, path: Path) -> None:
        """Open or make the file.

        Raises:
            sqlite3.Error: it cannot be used.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("CREATE TABLE IF NOT EXISTS answers (key BLOB PRIMARY KEY, answer TEXT) WITHOUT ROWID")
        self._pending: dict[bytes, str] = {}
        self._written = time.monotonic()

    @staticmethod
    def target(address: str, headers: Mapping[str, str]) -> bytes:
        """Of whom all requests of an endpoint are asked: the address, and the headers that may change an answer."""
        told = sorted((name.lower(), value) for name, value in headers.items())
        told = [(name, value) for name, value in told if name != "authorization"]
        return hashlib.sha256(json.dumps([address, told]).encode()).digest()

    @staticmethod
    def key(target: bytes, body: bytes, apart: str) -> bytes:
        """Of a request."""
        return hashlib.sha256(b"\0".join((target, body, apart.encode()))).digest()

    def get(self, key: bytes) -> Answer | None:
        """The answer, as one from here: it costs nothing now, and took as long as it took then."""
        text = self._pending.get(key)
        if text is None:
            row = self._db.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
            if row is None:
                return None
            text = row[0]
        kept: dict[str, Any] = json.loads(text)
        used = kept["usage"]
        return Answer(
            text=kept["text"],
            message=kept["message"],
            usage=Usage(*used) if used else None,
            latency=kept["latency"],
            cost=0.0,
            cached=True,
        )

    def put(self, key: bytes, answer: Answer) -> None:
        """Keep an answer."""
        usage = answer.usage
        kept = {
            "text": answer.text,
            "message": answer.message,
            "usage": (usage.input_tokens, usage.output_tokens, usage.estimated) if usage else None,
            "latency": answer.latency,
        }
        self._pending[key] = json.dumps(kept)
        if time.monotonic() - self._written >= _COMMIT_EVERY:
            self._write()

    def close(self) -> None:
        """Write what is not written."""
        self._write()
        self._db.close()

    def _write(self) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR IGNORE INTO answers VALUES (?, ?)", self._pending.items())
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            _log.warning("answers were not cached: %s", error)
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        self._pending.clear()
        self._written = time.monotonic()
