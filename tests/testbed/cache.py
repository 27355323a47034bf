"""Where the testbed keeps what takes long to make: under the user's cache directory, never in the tree.

An entry is made once by whoever comes first; others wait at a lock file. What nobody used for two weeks goes, since an
environment with its layer takes over a gigabyte and every change of the lock file makes another.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

UNUSED_AFTER = 14 * 24 * 3600.0


def cache_directory(*parts: str) -> Path:
    """A directory of the testbed's cache; made if it is not there."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    path = root.joinpath("referee", "testbed", *parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file exclusively; waits for whoever holds it now, and a dead holder holds nothing."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def cached(kind: str, key: str, make: Callable[[Path], None]) -> Path:
    """The directory `key` among the entries of a kind; `make` fills it when it is not there.

    `make` gets the final path, since environments remember where they were made. A mark beside the directory says
    that it is complete: one that was interrupted is made anew.
    """
    entries = cache_directory(kind)
    entry, complete = entries / key, entries / f"{key}.complete"
    with locked(entries / ".lock"):
        if not complete.exists():
            shutil.rmtree(entry, ignore_errors=True)
            entry.mkdir()
            make(entry)
        complete.touch()
        prune(entries)
    return entry


def prune(directory: Path) -> None:
    """Remove entries whose mark is old, and blobs, which are their own mark."""
    oldest = time.time() - UNUSED_AFTER
    for path in directory.iterdir():
        if path.name != ".lock" and path.is_file() and path.stat().st_mtime < oldest:
            shutil.rmtree(path.with_suffix(""), ignore_errors=True)
            path.unlink(missing_ok=True)
