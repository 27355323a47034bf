"""The base layer of the testbed's images: the Python that runs this, whoever built it, and what it links.

Everything lies in the image where it lies on this machine: a prefix and its search paths for libraries are compiled into
an interpreter, so one that moved would have to be patched. Bytecode is made apart from the sources and never checked
against them, because a layer's files all have the same time and bytecode that is checked would be thrown away at each
import: a second for the standard library alone.

Rejected: Debian's packages of Python, which are another version than the environment's; a shell, since what runs in these
images is Python.
"""

import hashlib
import os
import re
import ssl
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from tests.testbed.cache import cached
from tests.testbed.oci import Directory, Inline, Source, Tree

USER = 65532
CERTIFICATES = PurePosixPath("/etc/ssl/certs/ca-certificates.crt")
INTERPRETER = Path(sys.executable).resolve()
TAG = f"{sys.implementation.cache_tag}.pyc"

_UNWANTED = {"test", "tests", "idlelib", "turtledemo", "tkinter", "ensurepip", "site-packages", "dist-packages"}
_OPENED_BY_NAME = ("libgcc_s.so.1", "libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2")
"""What glibc opens itself, so that no ldd names it: threads that end, names that are looked up."""


def base_tree() -> Tree:
    """The files of the layer."""
    stdlib = Path(sysconfig.get_path("stdlib"))
    key = f"{sys.implementation.cache_tag}-{_identity()}"
    prepared = cached("interpreters", key, _prepare)
    tree: dict[PurePosixPath, Source] = dict(_system())
    tree[PurePosixPath(INTERPRETER)] = INTERPRETER
    for path in _standard_library():
        tree[PurePosixPath(path)] = path
        if path.suffix == ".py":
            bytecode = path.parent / "__pycache__" / f"{path.stem}.{TAG}"
            compiled = prepared / path.parent.relative_to("/") / bytecode.name
            if compiled.exists():
                tree[PurePosixPath(bytecode)] = compiled
    tree |= listed_libraries(prepared)
    return tree
