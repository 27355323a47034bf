"""Adapter processes: started, told to end, killed, and never left behind.

Each runs under a guard (`guard.py`) in a session of its own, so a terminal's Ctrl-C reaches the command alone, which
then asks the adapters to end in their own time. Where test data has to be fetched, the program that does it comes
first, under a guard as well, and what a cluster would call the pod is the two of them.
"""

import asyncio
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJob
from referee.clock import utc_now
from referee.core.children import Trouble
from referee.core.pods import fetch_outcome
from referee.local import guard, layout
from referee.local.attempts import Attempt, Exit
from referee.local.launch import Launch

_GRACE = 30
"""Seconds between SIGTERM and SIGKILL, where the job does not say."""
_LINGER = 10.0
"""Seconds that a process has to end by itself once its result is there and the job is over."""

SpecFor = Callable[[Path | None], dict[str, Any]]
"""The job spec, given the directory of the credentials, if there are any."""


def grace_seconds(job: EvaluationJob) -> int:
    """How long an adapter has to hand over what it has."""
    asked = job.spec.pod.termination_grace_period_seconds
    return _GRACE if asked is None else asked


class Processes:
    """The processes of one job."""

    def __init__(self, grace_seconds: int, changed: Callable[[], None]) -> None:
        """Take how long a process has between SIGTERM and SIGKILL, and whom to tell that one ended."""
        self._grace = grace_seconds
        self._changed = changed
        self._running: dict[str, _Running] = {}
        self._killed = False

    async def start(self, attempt: Attempt, launch: Launch, spec: SpecFor) -> None:
        """Start an attempt; one that cannot be started is marked as refused."""
        try:
            layout.make(attempt.directory, launch.test_data)
            attempt.fetching = launch.fetch is not None
            process = await (_fetch(attempt, launch) if attempt.fetching else _adapter(attempt, launch, spec))
        except (OSError, ValueError) as error:  # ValueError: a NUL in an argument or a variable
            self._refuse(attempt, error)
            return
        running = _Running(process)
        self._running[attempt.uid] = running
        running.task = asyncio.create_task(self._follow(attempt, running, launch, spec))
        self._kill_if_told(running)

    def stop(self, attempt: Attempt) -> None:
        """Tell it to end: SIGTERM now, SIGKILL when its grace is over."""
        attempt.stopping = True
        running = self._running.get(attempt.uid)
        if running is not None:
            running.end(self._grace)

    def kill(self) -> None:
        """End all of them at once, one that is only just being started, too."""
        self._killed = True
        for running in self._running.values():
            running.order(guard.KILL)

    async def finish(self) -> None:
        """Wait until every process is gone; one that does not end by itself is made to."""
        tasks = [running.task for running in self._running.values() if running.task]
        if tasks:
            await asyncio.wait(tasks, timeout=_LINGER)
            for running in self._running.values():
                running.end(self._grace)
            await asyncio.wait(tasks)

    async def _follow(self, attempt: Attempt, running: "_Running", launch: Launch, spec: SpecFor) -> None:
        code = await running.process.wait()
        try:
            if attempt.fetching:
                attempt.fetch = fetch_outcome(code, layout.fetch_message(attempt.directory))
                if attempt.fetch.failed is None and not running.told and not self._killed:
                    running.replace(await _adapter(attempt, launch, spec))
                    attempt.fetching = False
                    self._changed()
                    self._kill_if_told(running)
                    code = await running.process.wait()
        except (OSError, ValueError) as error:
            self._refuse(attempt, error)
            return
        finally:
            running.over()
            self._running.pop(attempt.uid, None)
        attempt.exit = Exit(code, utc_now(), layout.termination_message(attempt.directory, attempt.sdk))
        self._changed()

    def _kill_if_told(self, running: "_Running") -> None:
        """What came to run while everything was being ended."""
        if self._killed:
            running.order(guard.KILL)

    def _refuse(self, attempt: Attempt, error: Exception) -> None:
        attempt.refused = Trouble(Reason.CONTAINER_CANNOT_RUN, f"cannot start the adapter: {error}")
        self._changed()


class _Running:
    """A guard and the program under it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.task: asyncio.Task[None] | None = None
        self.told = False
        """It was asked to end."""
        self._timer: asyncio.TimerHandle | None = None

    def replace(self, process: asyncio.subprocess.Process) -> None:
        """Go on with the next program; what was asked of the one before holds for it."""
        self._close()
        self.process = process
        if self.told:
            self.order(guard.TERMINATE)

    def order(self, order: bytes) -> None:
        """Give the guard an order; one that has just ended needs none."""
        if self.process.stdin is not None and not self.process.stdin.is_closing():
            self.process.stdin.write(order)

    def end(self, grace: float) -> None:
        """Ask it to end, and kill it when its grace is over; asking again changes nothing."""
        if self._timer is None:
            self.told = True
            self.order(guard.TERMINATE)
            self._timer = asyncio.get_running_loop().call_later(grace, self.order, guard.KILL)

    def over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._close()

    def _close(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()


@dataclass(frozen=True, slots=True)
class _Program:
    command: list[str]
    environment: dict[str, str]
    remove: Path | None
    """A directory with credentials, which goes when the program has ended."""


async def _fetch(attempt: Attempt, launch: Launch) -> asyncio.subprocess.Process:
    """The program that fetches the attempt's test data."""
    fetch = launch.fetch
    if fetch is None:
        raise ValueError("there is nothing to fetch")
    secrets = layout.write_credentials(fetch.credentials or {})
    told = fetch.environment | layout.fetch_environment(attempt.directory, secrets)
    return await _spawn(attempt, _Program([sys.executable, "-m", "referee_agent.fetch"], told, secrets))


async def _adapter(attempt: Attempt, launch: Launch, spec: SpecFor) -> asyncio.subprocess.Process:
    """The adapter, with its job spec and the model's credentials."""
    secret = launch.credentials is not None or launch.judges
    credentials = layout.write_credentials(launch.credentials or {}, launch.judges) if secret else None
    try:
        path = layout.write_spec(attempt.directory, spec(credentials))
    except BaseException:
        if credentials is not None:
            shutil.rmtree(credentials, ignore_errors=True)
        raise
    told = {**launch.environment, "EVALHUB_MODE": "local", "EVALHUB_JOB_SPEC_PATH": str(path)}
    return await _spawn(attempt, _Program(launch.command, told, credentials))


async def _spawn(attempt: Attempt, program: _Program) -> asyncio.subprocess.Process:
    remove = ["--remove", str(program.remove)] if program.remove is not None else []
    try:
        with (attempt.directory / layout.LOG_FILE).open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", guard.__file__, *remove, *program.command),
                cwd=attempt.directory,
                env=program.environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except BaseException:
        if program.remove is not None:
            shutil.rmtree(program.remove, ignore_errors=True)
        raise
