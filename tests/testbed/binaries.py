"""Decides which programs the testbed runs: those that are found, else those that are built.

In order: the directory KUBEBUILDER_ASSETS, the PATH, the cache, a build. All programs come from one place, so that no
kubectl of a distribution meets a server it does not know; a place counts only if it has every program wanted and its
Kubernetes is new enough for what the tests use (selectable fields, native sidecars, CEL on status: 1.33).

Rejected: taking single programs from several places. A version skew then depends on the machine, and so does the test.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.testbed.cache import cached
from tests.testbed.go_build import build, cache_key

CONTROL_PLANE = ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl")
NODE = (*CONTROL_PLANE, "kube-scheduler", "kube-proxy", "kubelet", "dns", "helm")
OLDEST_KUBERNETES = (1, 33)

Programs = Mapping[str, Path]
"""Where each program is, by its name."""


def find_or_build(names: Iterable[str]) -> Programs:
    """Every program of these names. Builds when they are nowhere, which takes minutes the first time."""
    wanted = tuple(names)
    return find(wanted) or _in(cached("programs", cache_key(), build), wanted)


def find(names: Iterable[str]) -> Programs | None:
    """The programs of these names where the user has them, outside of the testbed's own cache."""
    wanted = tuple(names)
    for path in (os.environ.get("KUBEBUILDER_ASSETS"), os.environ.get("PATH")):
        found = {name: Path(place) for name in wanted if path and (place := shutil.which(name, path=path))}
        if found and len(found) == len(wanted) and _new_enough(found):
            return found
    return None


def _in(directory: Path, names: Iterable[str]) -> Programs:
    return {name: directory / name for name in names}


def _new_enough(programs: Programs) -> bool:
    asked = {"kube-apiserver": ["--version"], "kubectl": ["version", "--client"]}
    commands = [[str(programs[name]), *words] for name, words in asked.items() if name in programs]
    return all(_kubernetes_version(command) >= OLDEST_KUBERNETES for command in commands)


def _kubernetes_version(command: list[str]) -> tuple[int, ...]:
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    match = re.search(r"v(\d+)\.(\d+)\.", told)
    return tuple(int(part) for part in match.groups()) if match else (0,)
