"""The layers above the interpreter: third-party packages, and the project's own wheel on top.

Together they are a virtual environment at /app. The packages are what `uv.lock` says for an extra of the project, or
for a dependency group of what is not the project's own, installed once for each such list; the project is the wheel
that a user gets from the same tree, so what lies in an image is listed in one place, pyproject.toml, and a change of
the code makes a layer of some hundred kilobytes and leaves the large ones alone.

Rejected: a non-editable `uv sync` of the project into the same environment, which ties 900 MB to every edit; copying
the virtual environment as it is, whose scripts and links name this machine's paths.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PathDistribution
from pathlib import Path, PurePosixPath

from tests.testbed.cache import cached
from tests.testbed.interpreter import INTERPRETER, compile_all
from tests.testbed.libraries import list_libraries, listed_libraries
from tests.testbed.oci import Inline, Link, Source, Tree

PROJECT = Path(__file__).parents[2]
APP = PurePosixPath("/app")
_PACKAGES = PurePosixPath("lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "site-packages")
_TESTS = "tests"


@dataclass(frozen=True)
class Extra:
    """What the project needs with an extra of pyproject.toml."""

    name: str

    @property
    def options(self) -> list[str]:
        """For uv."""
        return ["--no-dev", "--extra", self.name]


@dataclass(frozen=True)
class Group:
    """What a dependency group of pyproject.toml names, without the project's own needs."""

    name: str

    @property
    def options(self) -> list[str]:
        """For uv."""
        return ["--only-group", self.name]


Packages = Extra | Group


def packages_tree(what: Packages) -> Tree:
    """The third-party packages of an extra or a group."""
    wanted = subprocess.run(_uv("export", what), capture_output=True, check=True).stdout
    key = hashlib.sha256(wanted + str(INTERPRETER).encode()).hexdigest()[:16]
    environment = cached("environments", f"{what.name}-{key}", lambda path: _install(path, what))
    configuration = f"home = {INTERPRETER.parent}\ninclude-system-site-packages = false\n"
    tree: dict[PurePosixPath, Source] = {
        APP / "pyvenv.cfg": Inline(configuration.encode()),
        APP / "bin" / "python": Link(str(INTERPRETER)),
    }
    for path in _files(environment / _PACKAGES):
        tree[APP / path.relative_to(environment)] = path
    return {**tree, **listed_libraries(environment / "libraries.json")}


def project_tree() -> Tree:
    """The project's own packages and its commands."""
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([uv(), "build", "--quiet", "--wheel", "--out-dir", directory, str(PROJECT)], check=True)
        (wheel,) = Path(directory).glob("*.whl")
        key = hashlib.sha256(wheel.read_bytes()).hexdigest()[:16]
        unpacked = cached("wheels", key, lambda path: _unpack(wheel, path))
    tree: dict[PurePosixPath, Source] = {}
    for path in _files(unpacked):
        tree[APP / _PACKAGES / path.relative_to(unpacked)] = path
    (about,) = unpacked.glob("*.dist-info")
    for command in PathDistribution(about).entry_points.select(group="console_scripts"):
        script = (
            f"#!{APP}/bin/python\nimport sys\nfrom {command.module} import {command.attr}\nsys.exit({command.attr}())\n"
        )
        tree[APP / "bin" / command.name] = Inline(script.encode(), 0o755)
    return tree


def uv() -> str:
    """The uv that made the environment which runs this, or else the one on the PATH."""
    found = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        raise FileNotFoundError("uv is neither beside this Python nor on the PATH; run `make setup`")
    return found


def _uv(command: str, what: Packages) -> list[str]:
    third_party = "--no-emit-project" if command == "export" else "--no-install-project"
    return [uv(), command, "--quiet", "--project", str(PROJECT), "--frozen", *what.options, third_party]


def _install(directory: Path, what: Packages) -> None:
    inherited = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    environment = {**inherited, "UV_PROJECT_ENVIRONMENT": str(directory)}
    subprocess.run([*_uv("sync", what), "--python", str(INTERPRETER)], env=environment, check=True)
    compile_all(directory / _PACKAGES, APP / _PACKAGES, f"/{_TESTS}/")
    modules = [path for path in _files(directory / _PACKAGES) if ".so" in path.suffixes]
    list_libraries(modules, directory, directory / "libraries.json")


def _unpack(wheel: Path, directory: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory)
    compile_all(directory, APP / _PACKAGES, f"/{_TESTS}/")


def _files(packages: Path) -> Iterator[Path]:
    """All but the packages' own tests, which are an eighth of an environment with pandas and scipy in it."""
    for above, directories, files in os.walk(packages):
        directories[:] = [name for name in directories if name != _TESTS]
        yield from (Path(above, name) for name in files)
