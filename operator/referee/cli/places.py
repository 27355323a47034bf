"""Where a job ran, as far as its report speaks of it: what to do about a trouble, and where logs and results are."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from referee.api.conditions import Reason
from referee.api.status import BenchmarkStatus
from referee.local.layout import LOG_FILE, attempt_directory

_LOG_LINES = 6
_TELLS_NOTHING = frozenset({Reason.ADAPTER_FAILED, Reason.RESULTS_MISSING, Reason.RESULTS_INVALID})
"""Reasons whose cause stands in the log, if anywhere."""


class Place(Protocol):
    """Somewhere that jobs run."""

    @property
    def remedies(self) -> Mapping[str, str]:
        """By the adapter's own reason, or the error that its message names."""
        ...

    def log(self, benchmark: BenchmarkStatus) -> list[str]:
        """Lines about the log of a benchmark that failed."""
        ...

    @property
    def results(self) -> str:
        """Where the results are."""
        ...


@dataclass(frozen=True, slots=True)
class LocalPlace:
    """This machine."""

    directory: Path
    """The job's own."""

    @property
    def remedies(self) -> Mapping[str, str]:
        """What to do here."""
        return {
            "ModelUnreachable": (
                "start the model's server, or say where it is from here: --model-url http://127.0.0.1:PORT/v1"
            ),
            "ModelUnauthorized": ("give the Secret that spec.model.auth.secretRef names as another FILE; key api-key"),
            "ModuleNotFoundError": (
                "the adapter's framework is not installed here; for lm-eval: pip install 'referee[lm-eval]'"
            ),
        }

    def log(self, benchmark: BenchmarkStatus) -> list[str]:
        """Its end, where that may tell more than the reason does, and its path."""
        log = attempt_directory(self.directory, benchmark.index, benchmark.attempt) / LOG_FILE
        if not log.is_file():
            return []
        tail = [f"  | {line}" for line in _tail(log)] if benchmark.reason in _TELLS_NOTHING else []
        return [*tail, f"  log: {_shown(log)}"]

    @property
    def results(self) -> str:
        """The directory."""
        return f"{_shown(self.directory)}/"


def _tail(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()[-_LOG_LINES:]


def _shown(path: Path) -> str:
    """A path as short as it can be typed here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
