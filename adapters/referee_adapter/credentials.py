"""The model's credentials, and keeping them out of everything that is written.

They are files: a Secret mounted into the pod, or a directory that `model.auth.secret_ref` names on a laptop.
Nothing copies them further. A server may repeat a key in its error text and a framework may log what it was
given, so every text that leaves the process (logs, events, the termination message, samples) goes through
`redact`; checking each place that builds a text was rejected, since frameworks build them too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

from referee_adapter.errors import SpecError
from referee_adapter.paths import Paths
from referee_adapter.spec import Model

_SHORTEST_SECRET = 4
"""A shorter text is no secret, and replacing it would make every message unreadable."""
_MASK = "***"


@dataclass(frozen=True)
class Credentials:
    """What the Secret held; the values never show in a repr."""

    api_key: str | None = field(default=None, repr=False)
    hf_token: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    """Certificates that the model's server is checked with, besides the system's."""
    evaluators: Mapping[str, "Credentials"] = field(default_factory=dict, repr=False)
    """Those of judges, by the evaluator's name."""

    def redact(self, text: str) -> str:
        """The text with every secret in it masked."""
        for secret in self.secrets:
            text = text.replace(secret, _MASK)
        return text

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """What is masked."""
        own = [s for s in (self.api_key, self.hf_token) if s and len(s) >= _SHORTEST_SECRET]
        return (*own, *(secret for other in self.evaluators.values() for secret in other.secrets))


def read_credentials(paths: Paths, model: Model, judges: Mapping[str, Path] | None = None) -> Credentials:
    """Read the files `api-key`, `hf-token` and `ca.crt` (or `ca_cert`); each may be absent.

    Args:
        paths: where the model's are.
        model: which Secret it names on a laptop.
        judges: the directories of evaluators that have credentials of their own.

    Raises:
        SpecError: on a laptop, the job names a Secret but not as a directory.
    """
    directory = _local_directory(model.secret_ref) if paths.local and model.secret_ref else paths.model_secret
    own = _read_directory(directory)
    return replace(own, evaluators={name: _read_directory(at) for name, at in (judges or {}).items()})


def _read_directory(directory: Path) -> Credentials:
    certificates = [directory / name for name in ("ca.crt", "ca_cert") if (directory / name).is_file()]
    return Credentials(
        api_key=_read(directory / "api-key"),
        hf_token=_read(directory / "hf-token"),
        ca_file=certificates[0] if certificates else None,
    )


def _local_directory(reference: str) -> Path:
    parts = urlsplit(reference)
    directory = Path(unquote(parts.path))
    if parts.scheme != "file" or not directory.is_absolute():
        raise SpecError(f"job.json.model.auth.secret_ref must be file:///absolute/directory here, not {reference!r}")
    if not directory.is_dir():
        raise SpecError(f"job.json.model.auth.secret_ref: {directory} is not a directory")
    return directory


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"model credentials: cannot read {path}: {type(error).__name__}") from None
