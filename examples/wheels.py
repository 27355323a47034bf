"""Wheels from PyPI in a directory of the user's cache, for the examples.

The first call installs (without dependencies), later ones find the directory; put it on `sys.path`.
Not in the project's environment: the model and the data sets are no dependency of anything, and their own
dependencies would be hundreds of megabytes that the examples never import.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path


def install(label: str, requirements: list[str]) -> Path:
    """Install the wheels unless they are there, and return their directory."""
    versions = "-".join(requirement.replace("==", "-") for requirement in requirements)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "referee"
    directory = cache / f"{label}-{versions}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{label}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two `make` targets may want the same wheels at once
        if not directory.is_dir():
            unfinished = directory.with_name(f".{directory.name}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            subprocess.run([*_installer(), "--quiet", "--no-deps", "--target", unfinished, *requirements], check=True)
            unfinished.rename(directory)
    return directory


def _installer() -> list[str]:
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.is_file() else shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", sys.executable]
    return [sys.executable, "-m", "pip", "install"]
