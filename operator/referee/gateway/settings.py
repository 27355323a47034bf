"""The gateway's settings: what each means, its unit, and why its default is what it is.

Read once at the start from environment variables of the same name with the prefix REFEREE_ (a chart sets them),
checked there, and passed down. A list is separated by commas. What the operator has too has the same name there.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

from referee.environment import SettingsError

_HIGHEST_PORT = 65535
_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Everything that can be set of the gateway."""

    namespaces: tuple[str, ...] = ()
    """Namespaces whose children may report. Empty: the gateway's own. `*`: all, which needs a ClusterRole."""
    catalogue_namespace: str = ""
    """Where providers and collections for everyone are; empty: none. Need not be readable at the start."""
    store_url: str = "sqlite:///referee.db"
    """The results store: sqlite:///FILE (four slashes: an absolute path), or postgresql://user:password@host/database.
    It may hold a password, so it comes from a Secret."""
    artifacts: str = ""
    """Where large artefacts go: a directory, or s3://bucket/prefix. Empty: `artifacts` beside the SQLite file."""
    retention_seconds: float = 90 * 86400
    """What was last written this long ago is deleted from the store; 0: never."""
    api_keys_secret: str = "referee-api-keys"  # noqa: S105 - a name
    """The Secret in the gateway's namespace that `referee api-keys` writes. Empty: API keys are not taken."""
    mlflow_tracking_uri: str = ""
    """As the operator's; here only to refuse a job that asks for an experiment where there is none."""
    host: str = ""
    """Address to listen on; empty: every one, IPv4 and IPv6."""
    port: int = 8080
    """Port of everything; 0: any free one."""
    max_event_bytes: int = 10 * 1024 * 1024
    """Of one event's body; the size that EvalHub takes."""
    event_seconds: float = 9.0
    """Until an event is answered with 503; below the 10 s that the eval-hub-sdk waits."""
    drain_seconds: float = 20.0
    """For the requests under way when the process is told to end; below the 30 s that a pod has by default."""
    log_format: str = "json"
    """json or text."""
    log_level: str = "INFO"
    """DEBUG, INFO, WARNING or ERROR. At INFO each look that did something is a line."""

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        for name in ("max_event_bytes", "event_seconds", "drain_seconds"):
            if getattr(self, name) <= 0:
                raise SettingsError(f"REFEREE_{name.upper()} must be above 0, not {getattr(self, name)}")
        if self.retention_seconds < 0:
            raise SettingsError(f"REFEREE_RETENTION_SECONDS must be 0 or more, not {self.retention_seconds}")
        if not self.store_url.startswith((_SQLITE, "postgresql://")):
            raise SettingsError("REFEREE_STORE_URL must start with sqlite:/// or postgresql://")
        if not 0 <= self.port <= _HIGHEST_PORT:
            raise SettingsError(f"REFEREE_PORT must be 0 to {_HIGHEST_PORT}, not {self.port}")
        if self.log_format not in ("json", "text"):
            raise SettingsError(f"REFEREE_LOG_FORMAT must be json or text, not {self.log_format!r}")
        if self.log_level not in logging.getLevelNamesMapping():
            raise SettingsError(f"REFEREE_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {self.log_level!r}")
        if "*" in self.namespaces and len(self.namespaces) > 1:
            raise SettingsError("REFEREE_NAMESPACES is either * or a list of names, not both")

    @property
    def artifacts_place(self) -> str | None:
        """Where large artefacts go; None: nowhere."""
        if not self.artifacts and self.store_url.startswith(_SQLITE):
            return str(Path(self.store_url.removeprefix(_SQLITE)).parent / "artifacts")
        return self.artifacts or None
