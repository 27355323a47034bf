"""Adapter processes: started, told to end, killed, and never left behind.

Each runs under a guard (`guard.py`) in a session of its own, so a terminal's Ctrl-C reaches the command alone, which
then asks the adapters to end in their own time.
"""

import asyncio
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from referee.api.conditions import Reason
from referee.clock import utc_now
from referee.core.children import Trouble
from referee.local import guard, layout
from referee.local.attempts import Attempt, Exit
from referee.local.launch import Launch

_LINGER = 10.0
"""Seconds that a process has to end by itself once its result is there and the job is over."""

SpecFor = Callable[[str | None], dict[str, Any]]
"""The job spec, given where the model's credentials lie."""


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
        directory = attempt.directory
        credentials: Path | None = None
        try:
            layout.make(directory, launch.test_data)
            if launch.credentials is not None:
                credentials = layout.write_credentials(launch.credentials)
            path = layout.write_spec(directory, spec(credentials.as_uri() if credentials else None))
            process = await _spawn(launch, directory, path, credentials)
        except (OSError, ValueError) as error:  # ValueError: a NUL in an argument or a variable
            if credentials is not None:
                shutil.rmtree(credentials, ignore_errors=True)
            attempt.refused = Trouble(Reason.CONTAINER_CANNOT_RUN, f"cannot start the adapter: {error}")
            self._changed()
            return
        running = _Running(process)
        self._running[attempt.uid] = running
        running.task = asyncio.create_task(self._follow(attempt, running))
        if self._killed:
            running.order(guard.KILL)

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

    async def _follow(self, attempt: Attempt, running: "_Running") -> None:
        code = await running.process.wait()
        running.over()
        attempt.exit = Exit(code, utc_now(), layout.termination_message(attempt.directory))
        self._running.pop(attempt.uid, None)
        self._changed()


class _Running:
    """A guard and the adapter under it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def order(self, order: bytes) -> None:
        """Give the guard an order; one that has just ended needs none."""
        if self.process.stdin is not None and not self.process.stdin.is_closing():
            self.process.stdin.write(order)

    def end(self, grace: float) -> None:
        """Ask it to end, and kill it when its grace is over; asking again changes nothing."""
        if self._timer is None:
            self.order(guard.TERMINATE)
            self._timer = asyncio.get_running_loop().call_later(grace, self.order, guard.KILL)

    def over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self.process.stdin is not None:
            self.process.stdin.close()


async def _spawn(launch: Launch, directory: Path, spec: Path, credentials: Path | None) -> asyncio.subprocess.Process:
    remove = ["--remove", str(credentials)] if credentials is not None else []
    with (directory / layout.LOG_FILE).open("wb") as log:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", guard.__file__, *remove, *launch.command),
            cwd=directory,
            env={**launch.environment, "EVALHUB_MODE": "local", "EVALHUB_JOB_SPEC_PATH": str(spec)},
            stdin=asyncio.subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
