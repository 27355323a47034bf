"""The agent's settings, and what it reads of the job spec."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """The agent cannot start; the text names the variable or the field."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, from variables of the same name with the prefix REFEREE_."""

    gateway_url: str
    """Base address that events are forwarded to."""
    job_spec: Path = Path("/meta/job.json")
    """The adapter's job spec."""
    token: Path = Path("/var/run/secrets/referee/token")
    """The projected token; read for each request, since the kubelet renews it. A `ca.crt` beside it is trusted."""
    spool: Path = Path("/spool")
    """Where events are kept until they are delivered; it must outlive the container, not the pod."""
    spool_bytes: int = 64 * 1024 * 1024
    """What may wait there; beyond it events are refused with 503."""
    event_bytes: int = 10 * 1024 * 1024
    """Of one event; what the gateway takes."""
    grace_seconds: float = 300
    """How long after SIGTERM delivery is tried; below the pod's own grace."""
    termination_log: Path = Path("/dev/termination-log")
    """Where the kubelet reads the last words of a container."""
    agent_port: int = 8080
    """The SDK pushes to localhost:8080 whatever it is told; 0: any free one."""
    oci_host: str = ""
    """The registry that `/v2/` is passed on to; empty: none."""
    oci_repository: str = ""
    """The one repository in it that may be used."""
    oci_insecure: tuple[str, ...] = ()
    """Registries that are spoken to in plain HTTP; separated by commas."""
    docker_config: Path | None = None
    """A dockerconfigjson with the registry's credentials."""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """The settings that the environment gives.

        Raises:
            SettingsError: naming the variable.
        """
        readers = {
            "gateway_url": _address,
            **dict.fromkeys(("job_spec", "token", "spool", "termination_log", "docker_config"), _path),
            **dict.fromkeys(("spool_bytes", "event_bytes", "agent_port"), _whole),
            "grace_seconds": _seconds,
            "oci_host": _text,
            "oci_repository": _text,
            "oci_insecure": _list,
        }
        given: dict[str, Any] = {}
        for field, reader in readers.items():
            variable = f"REFEREE_{field.upper()}"
            if text := environ.get(variable):
                try:
                    given[field] = reader(text)
                except ValueError as error:
                    raise SettingsError(f"{variable} must be {error}, not {text!r}") from None
        if "gateway_url" not in given:
            raise SettingsError("REFEREE_GATEWAY_URL is not set: it is the address that events are forwarded to")
        return cls(**given)


def _text(text: str) -> str:
    return text


def _path(text: str) -> Path:
    return Path(text)


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an http address")
    return text.rstrip("/")


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError("a whole number")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < 1e9:  # noqa: PLR2004 - infinity and NaN are not below it
        raise ValueError("a number of seconds")
    return seconds


@dataclass(frozen=True, slots=True)
class Job:
    """The benchmark that the adapter beside runs."""

    id: str
    provider: str
    benchmark: str
    index: int
    primary: str | None
    """The metric that stands for the benchmark."""
    namespace: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """What the job spec says.

        Raises:
            SettingsError: it is missing or is no job spec.
        """
        try:
            spec = json.loads(path.read_bytes())
            return cls(
                id=_string(spec, "id"),
                provider=_string(spec, "provider_id"),
                benchmark=_string(spec, "benchmark_id"),
                index=int(spec["benchmark_index"]),
                primary=(spec.get("primary_score") or {}).get("metric"),
                namespace=_string(spec.get("referee") or {"namespace": ""}, "namespace"),
            )
        except (OSError, ValueError) as error:
            raise SettingsError(f"{path}: not a readable job spec: {error}") from None
        except (KeyError, TypeError, AttributeError) as error:
            raise SettingsError(f"{path}: not a job spec: {type(error).__name__} {error}") from None


def _string(fields: Mapping[str, Any], key: str) -> str:
    value = fields[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} must be a string")
    return value
