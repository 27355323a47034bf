"""The base layer of the testbed's images: the Python that runs this, whoever built it, and what it links.

Everything lies in the image where it lies on this machine: a prefix and its search paths for libraries are compiled
into an interpreter, so one that moved would have to be patched. Bytecode is made apart from the sources and never
checked against them, because a layer's files all have the same time and bytecode that is checked would be thrown away
at each import: a second for the standard library alone.

Rejected: Debian's packages of Python, which are another version than the environment's; a shell, since what runs in
these images is Python.
"""

import hashlib
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path, PurePath, PurePosixPath

from tests.testbed.cache import cached
from tests.testbed.libraries import list_libraries, listed_libraries
from tests.testbed.oci import Directory, Inline, Source, Tree

USER = 65532
CERTIFICATES = PurePosixPath("/etc/ssl/certs/ca-certificates.crt")
INTERPRETER = Path(sys.executable).resolve()

_STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))
_UNWANTED = {"__pycache__", "test", "tests", "idlelib", "turtledemo", "tkinter", "ensurepip"}
_ELSEWHERE = ("site-packages", "dist-packages", "config-")
"""Packages of this machine's own, and the static library for those who embed Python."""


def base_tree() -> Tree:
    """The files of the layer."""
    stat = INTERPRETER.stat()
    identity = f"{INTERPRETER} {stat.st_size} {stat.st_mtime_ns}"
    prepared = cached("interpreters", hashlib.sha256(identity.encode()).hexdigest()[:16], _prepare)
    tree: dict[PurePosixPath, Source] = {**_system(), **listed_libraries(prepared / "libraries.json")}
    tree[PurePosixPath(INTERPRETER)] = INTERPRETER
    for path in _standard_library():
        tree[PurePosixPath(path)] = path
        bytecode = path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc"
        compiled = prepared / path.parent.relative_to("/") / bytecode.name
        if path.suffix == ".py" and compiled.exists():
            tree[PurePosixPath(bytecode)] = compiled
    return tree


def _prepare(directory: Path) -> None:
    left_out = f"/({'|'.join(_UNWANTED)})/|/({'|'.join(_ELSEWHERE)})"
    compile_all(_STANDARD_LIBRARY, _STANDARD_LIBRARY, left_out, "-X", f"pycache_prefix={directory}")
    modules = [path for path in _standard_library() if path.suffix == ".so"]
    list_libraries([INTERPRETER, *modules], _STANDARD_LIBRARY, directory / "libraries.json")


def compile_all(directory: Path, seen_as: PurePath, left_out: str, *interpreter_options: str) -> None:
    """Compile every module below, as a layer needs it, unless its path matches `left_out`.

    Bytecode names its source; `seen_as` is where the directory lies in the image, so that one made elsewhere, or made
    again, is the same. A module that this Python cannot read stays without bytecode.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [str(INTERPRETER), "-W", "ignore", *interpreter_options, "-m", "compileall", "-qq", "-j0", "-x", left_out]
    how = ["--invalidation-mode", "unchecked-hash", "-s", str(directory), "-p", str(seen_as)]
    subprocess.run([*command, *how, str(directory)], env=environment, check=False)


def _standard_library() -> Iterator[Path]:
    for above, directories, files in os.walk(_STANDARD_LIBRARY):
        directories[:] = [name for name in directories if name not in _UNWANTED and not name.startswith(_ELSEWHERE)]
        for name in files:
            if not name.startswith("_tkinter."):
                yield Path(above, name)


def _system() -> Tree:
    users = f"root:x:0:0:root:/root:/sbin/nologin\nreferee:x:{USER}:{USER}:referee:/tmp:/sbin/nologin\n"
    groups = f"root:x:0:\nreferee:x:{USER}:\n"
    return {
        PurePosixPath("/etc/passwd"): Inline(users.encode()),
        PurePosixPath("/etc/group"): Inline(groups.encode()),
        PurePosixPath("/etc/nsswitch.conf"): Inline(b"passwd: files\ngroup: files\nhosts: files dns\n"),
        CERTIFICATES: Path(CERTIFICATES),
        PurePosixPath("/tmp"): Directory(0o1777),  # noqa: S108 - a name in the image, not a file of ours
    }
