"""What the fetcher is told: one source, where its Secret lies, and what is allowed."""

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from referee_agent.fetch.errors import FetchError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
KINDS = ("http", "s3", "git", "hf")


@dataclass(frozen=True, slots=True)
class Settings:
    """From variables of the same name with the prefix REFEREE_TEST_DATA_; the source is in REFEREE_TEST_DATA."""

    kind: str
    source: Mapping[str, Any]
    dir: Path
    """Where the data goes."""
    secrets: Path
    """The source's Secret, a file a key."""
    max_bytes: int
    networks: tuple[Network, ...]
    """What may be fetched from although it is not public."""
    termination_log: Path

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """The settings that the environment gives.

        Raises:
            FetchError: naming the variable.
        """
        try:
            [(kind, source)] = json.loads(environ["REFEREE_TEST_DATA"]).items()
        except (KeyError, ValueError, AttributeError):
            kind, source = "", None
        if kind not in KINDS or not isinstance(source, dict):
            raise FetchError(f"REFEREE_TEST_DATA must be a JSON object with one of {', '.join(KINDS)}")
        try:
            limit = int(environ.get("REFEREE_TEST_DATA_MAX_BYTES") or 10 * 1024**3)
            listed = environ.get("REFEREE_TEST_DATA_NETWORKS", "").split(",")
            networks = tuple(ipaddress.ip_network(text.strip()) for text in listed if text.strip())
        except ValueError as error:
            raise FetchError(f"REFEREE_TEST_DATA_MAX_BYTES or REFEREE_TEST_DATA_NETWORKS: {error}") from None
        return cls(
            kind=kind,
            source=source,
            dir=Path(environ.get("REFEREE_TEST_DATA_DIR") or "/test_data"),
            secrets=Path(environ.get("REFEREE_TEST_DATA_SECRETS") or "/var/run/secrets/test-data"),
            max_bytes=limit,
            networks=networks,
            termination_log=Path(environ.get("REFEREE_TERMINATION_LOG") or "/dev/termination-log"),
        )

    def secret(self, *keys: str) -> str | None:
        """The first of these keys that the Secret has."""
        for key in keys:
            try:
                return (self.secrets / key).read_text(encoding="utf-8").strip()
            except OSError:
                continue
            except ValueError:
                raise FetchError(f"key {key} of the source's secretRef is no text") from None
        return None
