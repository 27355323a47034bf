"""What an adapter's `evaluate` is given: the spec, the places, and the ways to report while it runs."""

import threading
from collections.abc import Callable

from referee_adapter.credentials import Credentials
from referee_adapter.paths import Paths
from referee_adapter.progress import Progress, ProgressReporter
from referee_adapter.result import Result
from referee_adapter.samples import FILE, SampleWriter
from referee_adapter.spec import JobSpec


class Context:
    """One run, as the adapter sees it. All methods may be called from any thread."""

    def __init__(self, spec: JobSpec, paths: Paths, credentials: Credentials, progress: ProgressReporter) -> None:
        self.spec = spec
        self.paths = paths
        self.credentials = credentials
        self._progress = progress
        self._stopping = threading.Event()
        self._on_stop: list[Callable[[], object]] = []
        self._partial: Result | None = None

    def report_progress(self, done: int, total: int, errors: int = 0) -> None:
        """Say how many samples are through (the failed ones included). Cheap; call it as often as you like."""
        self._progress.report(Progress(total=total, done=done, errors=errors))

    def partial(self, result: Result) -> None:
        """Leave what would count if the run ended here; a later one replaces it.

        Posted only when the run is told to stop. An adapter that can stop early looks at `stopping`, leaves its
        partial result and raises `Stopped`.
        """
        self._partial = result

    def samples(self) -> SampleWriter:
        """The file for per-sample records; call once."""
        return SampleWriter(self.paths.data / FILE, self.credentials.redact)

    @property
    def stopping(self) -> bool:
        """True once the run was told to stop."""
        return self._stopping.is_set()

    def on_stop(self, callback: Callable[[], object]) -> None:
        """Call `callback` when told to stop, from the signal handler: it may only wake somebody up."""
        self._on_stop.append(callback)
        if self.stopping:
            callback()

    def stop(self) -> None:
        """Tell the run to stop; what the frame does on a signal."""
        self._stopping.set()
        for callback in self._on_stop:
            callback()

    @property
    def latest_partial(self) -> Result | None:
        """What `partial` was given last."""
        return self._partial
