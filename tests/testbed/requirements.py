"""What a machine must have for the node level of the testbed, and how a Debian gets it.

A kubelet needs root, cgroups with the memory controller, overlayfs and the programs below; the packages are Debian's
own, small, and start no daemon that a node would use. What is missing is said in one sentence before anything is
started, since a kubelet says it in its log, ten seconds later, if at all.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.testbed.cache import cache_directory

PACKAGES = {
    "containerd": "containerd",
    "ctr": "containerd",
    "runc": "runc",
    "/usr/lib/cni/bridge": "containernetworking-plugins",
    "iptables": "iptables",
    "ip": "iproute2",
    "nsenter": "util-linux",
    "mount": "mount",
    "gcc": "gcc",
    "/usr/include/stdlib.h": "libc6-dev",
}
"""Debian's package of each program or file that is called."""

BROWSER = {"chromium": "chromium"}
"""The same for looking at pages; no level of the testbed needs it."""

OVERLAID = "/var/lib"
"""A directory that the node sees as it is and writes to elsewhere; on it, containerd could not keep its images."""

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def program(name: str) -> str:
    """Where the program is; root's PATH may lack the directories of the system's programs."""
    found = _which(name)
    if found is None:
        raise FileNotFoundError(f"there is no {name} on this machine; the testbed's node needs it")
    return found


def missing_packages(wanted: Mapping[str, str] = PACKAGES) -> list[str]:
    """Debian's names of the packages that are wanted here and not installed."""
    return sorted({package for name, package in wanted.items() if not (Path(name).is_file() or _which(name))})


def ensure_packages(wanted: Mapping[str, str] = PACKAGES) -> None:
    """Install what is missing where that is possible, as root and with apt; what then still is, `refusal` says."""
    packages = missing_packages(wanted)
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
        subprocess.run(
            ["apt-get", "install", "-qq", "--no-install-recommends", *packages], env=environment, check=False
        )


def refusal() -> str | None:
    """Why no node can run here, in a sentence that says what to do; None when one can."""
    lacks = []
    if os.geteuid() != 0:
        lacks.append("root (run it with sudo)")
    elif not _memory_controller():
        lacks.append("a writable cgroup file system with the memory controller at /sys/fs/cgroup")
    if packages := missing_packages():
        lacks.append(f"programs (apt-get install {' '.join(packages)})")
    if "\toverlay\n" not in Path("/proc/filesystems").read_text():
        lacks.append("overlayfs in the kernel (modprobe overlay)")
    if cache_directory().is_relative_to(OVERLAID):
        lacks.append(f"a cache outside of {OVERLAID} (set XDG_CACHE_HOME)")
    return f"the node level of the testbed needs {', '.join(lacks)}" if lacks else None


def _which(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_SYSTEM_PATH}")


def _memory_controller() -> bool:
    unified = Path("/sys/fs/cgroup/cgroup.controllers")
    separate = Path("/sys/fs/cgroup/memory")
    return os.access(separate, os.W_OK) or (unified.exists() and "memory" in unified.read_text().split())
