"""How the adapter under test is started: as a process, or as a container by what this machine has.

A container gets what a pod of ours would give it: a read-only root, an unprivileged user, the same mounts.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from referee.api import names
from referee.conformance.workplace import Workplace

_USER = "65532:65532"


class EngineError(Exception):
    """The adapter cannot be started here; the text says what is missing."""


class Engine(Protocol):
    """A way to start an adapter."""

    @property
    def secret_ref(self) -> str:
        """What stands for the model's Secret in job.json; `{model}` is the directory with its keys."""
        ...

    def command(self, place: Workplace) -> list[str]:
        """What to execute; its standard output and error are the adapter's."""
        ...

    def environment(self, place: Workplace) -> dict[str, str]:
        """With what environment."""
        ...

    def terminate(self, process: "subprocess.Popen[bytes]") -> None:
        """Send the adapter SIGTERM."""
        ...

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """End it and what it started."""
        ...


@dataclass(frozen=True, slots=True)
class AsProcess:
    """The adapter is a program of this machine, as `referee run` starts it."""

    arguments: Sequence[str]
    secret_ref: str = "file://{model}"  # noqa: S105 - a place

    def command(self, place: Workplace) -> list[str]:  # noqa: ARG002 - the port's
        """Give the program's own arguments."""
        if shutil.which(self.arguments[0]) is None:
            raise EngineError(f"there is no program {self.arguments[0]!r} here: install it, or give its path")
        return list(self.arguments)

    def environment(self, place: Workplace) -> dict[str, str]:
        """Give the user's own, and the job spec's place."""
        own = {"EVALHUB_MODE": "local", "EVALHUB_JOB_SPEC_PATH": str(place.spec), "TMPDIR": str(place.root / "tmp")}
        return {**os.environ, **own}

    def terminate(self, process: "subprocess.Popen[bytes]") -> None:
        """Signal the program alone, as the kubelet does."""
        process.terminate()

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """Kill its process group."""
        _kill_group(process)


@dataclass(frozen=True, slots=True)
class AsContainer:
    """The adapter is an image."""

    program: str
    """docker, podman, nerdctl or ctr."""
    image: str
    arguments: Sequence[str]
    name: str = field(default_factory=lambda: f"referee-check-{uuid.uuid4().hex[:12]}")
    secret_ref: str = "model"  # noqa: S105 - a name

    def command(self, place: Workplace) -> list[str]:
        """Give the engine's own command line."""
        env = {"EVALHUB_MODE": "k8s", "HOME": "/tmp"}  # noqa: S108 - in the container
        envs = [part for key, value in env.items() for part in ("--env", f"{key}={value}")]
        mounts = [(str(source), target, mode) for source, target, mode in _mounts(place)]
        if self.program == "ctr":
            binds = [
                part
                for source, target, mode in mounts
                for part in ("--mount", f"type=bind,src={source},dst={target},options=rbind:{mode}")
            ]
            base = ["ctr", "-n", os.environ.get("CONTAINERD_NAMESPACE", "k8s.io"), "run", "--rm", "--net-host"]
            # it knows no --user: the image says who runs
            return [*base, "--read-only", *envs, *binds, self.image, self.name, *self.arguments]
        volumes = [part for source, target, mode in mounts for part in ("--volume", f"{source}:{target}:{mode}")]
        base = [self.program, "run", "--rm", "--name", self.name, "--network", "host", "--read-only", "--user", _USER]
        safe = ["--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
        return [*base, *safe, *envs, *volumes, self.image, *self.arguments]

    def environment(self, place: Workplace) -> dict[str, str]:  # noqa: ARG002 - the port's
        """Give the engine what it needs to be found; the container sees none of it."""
        return dict(os.environ)

    def terminate(self, process: "subprocess.Popen[bytes]") -> None:  # noqa: ARG002 - the port's
        """Signal the container's first process."""
        self._signal("SIGTERM")

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """Kill the container, and the engine's client."""
        self._signal("SIGKILL")
        _kill_group(process)

    def _signal(self, signal_name: str) -> None:
        if self.program == "ctr":
            namespace = os.environ.get("CONTAINERD_NAMESPACE", "k8s.io")
            command = ["ctr", "-n", namespace, "task", "kill", "--signal", signal_name, self.name]
        else:
            command = [self.program, "kill", "--signal", signal_name, self.name]
        subprocess.run(command, check=False, capture_output=True, timeout=20)  # noqa: S603 - it is our task


def container(image: str, arguments: Sequence[str], program: str | None = None) -> AsContainer:
    """A container of this image, by the engine that this machine has.

    Raises:
        EngineError: it has none.
    """
    known = ("docker", "podman", "nerdctl", "ctr")
    found = program or next((name for name in known if shutil.which(name)), None)
    if found is None or shutil.which(found) is None:
        raise EngineError(f"--image needs one of {', '.join(known)} here; without one, give the adapter's command")
    return AsContainer(found, image, arguments)


def _mounts(place: Workplace) -> list[tuple[Path, str, str]]:
    root = place.root
    data = [(place.test_data, names.TEST_DATA_DIR, "ro")] if place.test_data else []
    return [
        *data,
        (root / "meta", names.META_DIR, "ro"),
        (root / "model", names.MODEL_SECRET_DIR, "ro"),
        (root / "serviceaccount", names.SERVICE_ACCOUNT_DIR, "ro"),
        (root / "data", names.DATA_DIR, "rw"),
        (root / "tmp", "/tmp", "rw"),  # noqa: S108 - in the container
        (root / "termination-log", "/dev/termination-log", "rw"),
    ]


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
