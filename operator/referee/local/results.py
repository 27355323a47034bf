"""The results directory: one per job name, with the newest run in it.

    <root>/<job>/evaluationjob.yaml      the resource with its status, as `kubectl get -o yaml` would print it
    <root>/<job>/<index>-<attempt>/      one attempt at one benchmark, see `layout`
    <root>/<job>@<time>/                 an earlier run of a job of that name

An earlier run is moved aside and never written over: it may have cost a night. `@` cannot be in a job's name.
"""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from referee.api.evaluationjob import EvaluationJob
from referee.local.errors import Busy, LocalError
from referee.local.resource import to_yaml
from referee.local.writing import write_atomically

RESOURCE_FILE = "evaluationjob.yaml"


class Results:
    """The directory of one run; held by a lock until it is closed, which the end of the process does, too."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def open(cls, path: Path) -> Self:
        """Make room for a run; the directory's name is the job's.

        Raises:
            Busy: another run of a job of this name is going on there.
            LocalError: the directory cannot be made.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists():
                _move_aside(path)
            path.mkdir()
            return cls(path, _lock(path))
        except OSError as error:
            said = f"{error.filename or path}: {error.strerror}; name another directory with --results"
            raise LocalError([said]) from None

    def write(self, job: EvaluationJob) -> None:
        """Write the resource as it stands.

        Raises:
            LocalError: it cannot be written.
        """
        try:
            write_atomically(self.path / RESOURCE_FILE, to_yaml(job))
        except OSError as error:
            said = f"{self.path / RESOURCE_FILE}: {error.strerror}; make room, or name another directory with --results"
            raise LocalError([said]) from None

    def close(self) -> None:
        """Let the next run of this name have the place."""
        os.close(self._descriptor)


def _move_aside(path: Path) -> None:
    held = _lock(path)
    try:
        made = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        target = path.with_name(f"{path.name}@{made:%Y%m%dT%H%M%SZ}")
        number = 1
        while target.exists():
            number += 1
            target = path.with_name(f"{path.name}@{made:%Y%m%dT%H%M%SZ}-{number}")
        path.rename(target)
    finally:
        os.close(held)


def _lock(path: Path) -> int:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        said = "another run of a job of this name is going on there: wait for it, or name another place with --results"
        raise Busy([f"{path}: {said}"]) from None
    return descriptor
