"""The frame around an adapter's `evaluate`: it always ends in a result that somebody can read, and an exit code.

Exit codes: 0 completed; 1 failed, whatever the reason; 128 + signal where the run was told to stop. The result
goes home twice, as the termination message first (a process that is killed while posting has left it) and then as
an event. Between the two go the samples, so that they are there when the result is.

On SIGTERM or SIGINT the run has `Settings.grace_seconds` to stop by itself; it hands over what it has as a
partial result, which counts where the attempt ends by cancel or deadline. `evaluate` runs in the main thread,
although a handler could then reach it sooner from another one: frameworks use SIGALRM for time limits of single
samples, and Python allows that in the main thread only.
"""

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Any

from referee_adapter import termination
from referee_adapter.context import Context
from referee_adapter.credentials import Credentials, read_credentials
from referee_adapter.errors import Failure, SpecError
from referee_adapter.events import Delivery, EventPoster, Patience
from referee_adapter.logs import log_to_stderr
from referee_adapter.paths import Paths, locate
from referee_adapter.progress import Progress, ProgressReporter
from referee_adapter.result import Result
from referee_adapter.samples import FILE, upload_samples
from referee_adapter.spec import JobSpec, read_spec

Evaluate = Callable[[Context], Result]
_LATE = 5.0
"""Seconds for samples of a run that was told to stop: its grace is for the partial result."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a host or a test may want otherwise."""

    grace_seconds: float = 20
    """After a signal, until the process leaves by force; below the 30 s that a pod has by default."""
    progress_interval: float = 5
    """Seconds between two posts of progress."""
    patience: Patience = field(default_factory=Patience)
    sample_patience: float = 60
    """Seconds that a part of the samples is tried, before the result goes its way without them."""
    root: Path = Path("/")
    """What stands for / in a pod."""


def run(evaluate: Evaluate, environ: Mapping[str, str] = os.environ, settings: Settings = Settings()) -> int:
    """Run one benchmark and report it; returns the exit code for `sys.exit`.

    Args:
        evaluate: does the work. It returns a result, or raises `Failure` (a known reason), `Stopped` (told to
            stop, see `Context.partial`) or anything else (reported as `AdapterError`).
        environ: where EVALHUB_MODE and EVALHUB_JOB_SPEC_PATH are read.
        settings: for tests and unusual hosts.
    """
    log_to_stderr(Credentials())
    paths: Paths | None = None
    try:
        paths = locate(environ, settings.root)
        spec = read_spec(paths.spec)
        credentials = read_credentials(paths, spec.model, spec.judges)
    except SpecError as error:
        _log.error("%s", error)
        if paths:
            document = Result.failed("InvalidJobSpec", str(error), retryable=False).wire()
            termination.write(paths.termination_log, termination.cut(document, None))
        return 1
    log_to_stderr(credentials)
    return _Run(spec, paths, credentials, settings).execute(evaluate)


class _Run:
    """One execution: the signals, the threads and the ways home."""

    def __init__(self, spec: JobSpec, paths: Paths, credentials: Credentials, settings: Settings) -> None:
        self._spec = spec
        self._paths = paths
        self._redact = credentials.redact
        self._grace = settings.grace_seconds
        self._sample_patience = settings.sample_patience
        self._poster = EventPoster(spec, paths, settings.patience)
        self._progress = ProgressReporter(self._post_progress, settings.progress_interval)
        self._context = Context(spec, paths, credentials, self._progress)
        self._signal = 0
        self._pid = os.getpid()

    def execute(self, evaluate: Evaluate) -> int:
        signal.signal(signal.SIGTERM, self._told_to_stop)
        signal.signal(signal.SIGINT, self._told_to_stop)
        with contextlib.closing(self._poster):
            return self._execute(evaluate)

    def _execute(self, evaluate: Evaluate) -> int:
        result = self._outcome(evaluate)
        self._progress.close()
        if result is None:
            self._post_partial()
            self._upload(_LATE, lambda: False)
            return 128 + self._signal
        self._send_home(result)
        return 0 if result.status == "Completed" else 1

    def _outcome(self, evaluate: Evaluate) -> Result | None:
        """The final result; None if the run was stopped before it had one."""
        try:
            return evaluate(self._context)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a framework does must become a result
            if self._context.stopping:
                _log.info("stopped (%r)", error)
                return None
            return _failed(error)

    def _send_home(self, result: Result) -> None:
        document = self._document(result)
        termination.write(self._paths.termination_log, termination.cut(document, self._spec.primary_metric))
        self._upload(self._sample_patience, lambda: self._context.stopping)
        content: dict[str, object] = {
            "phase": "completed" if result.status == "Completed" else None,
            "metrics": {metric.name: metric.value for metric in result.metrics} or None,
            "completed_at": result.completed_at,
            "referee": {"result": document},
        }
        if result.status == "Failed":
            content["error_message"] = {
                "message": document.get("message", ""),
                "message_code": document.get("reason", ""),
                "message_origin": "adapter",
            }
        delivery = self._poster.post(result.status.lower(), **content)
        if delivery is Delivery.CONFLICT and self._context.stopping:
            self._context.partial(result)
            self._post_partial()

    def _post_partial(self) -> None:
        if (result := self._context.latest_partial) is not None:
            self._poster.post("running", referee={"partial": self._document(result)})

    def _upload(self, seconds: float, stopping: Callable[[], bool]) -> None:
        upload_samples(self._paths.data / FILE, self._poster, seconds, stopping)

    def _post_progress(self, progress: Progress) -> None:
        self._poster.post_once("running", phase="running_evaluation", referee={"progress": progress.wire()})

    def _told_to_stop(self, number: int, _frame: FrameType | None) -> None:
        if os.getpid() != self._pid:  # a child that a framework forked inherits the handler, not the run
            os._exit(128 + number)
        if not self._signal:
            self._signal = number
            watchdog = threading.Timer(self._grace, self._leave_by_force)
            watchdog.daemon = True
            watchdog.start()
            self._context.stop()

    def _leave_by_force(self) -> None:
        _log.error("still running %.0f s after the signal; leaving", self._grace)
        if (result := self._context.latest_partial) is not None:
            self._poster.post_once("running", referee={"partial": self._document(result)})
        logging.shutdown()
        os._exit(128 + self._signal)

    def _document(self, result: Result) -> dict[str, Any]:
        message = self._redact(result.message) if result.message else None
        return replace(result, message=message).wire()


def _failed(error: BaseException) -> Result:
    if isinstance(error, Failure):
        _log.error("%s: %s", error.reason, error.message)
        return Result.failed(error.reason, error.message, retryable=error.retryable)
    _log.error("the adapter failed", exc_info=error)
    return Result.failed("AdapterError", f"{type(error).__name__}: {error}", retryable=True)
