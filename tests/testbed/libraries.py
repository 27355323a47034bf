"""Which shared libraries of this machine a set of programs and extension modules needs in an image.

The dynamic linker itself is asked, by `ldd`, so that search paths, symbolic links and whatever a wheel brings along
are followed as they will be at run time. An answer takes seconds for the modules of a large environment, hence the
list on disk beside what was asked about.
"""

import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from tests.testbed.oci import Tree

_RESOLVED = re.compile(r"(/\S+) \(0x")
_OPENED_BY_NAME = ("libgcc_s.so.1", "libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2")
"""What glibc opens itself, so that no ldd names it: threads that end, names that are looked up."""


def list_libraries(files: Iterable[Path], home: Path, answer: Path) -> None:
    """Write to `answer` what the files need from outside of `home`."""
    programs = [str(file) for file in files]
    # Not checked: ldd fails as a whole when one of many files is no ELF file or lacks a library it would not use.
    ldd = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=False)
    found = {Path(match) for match in _RESOLVED.findall(ldd.stdout)}
    beside = {path.parent for path in found if path.name == "libc.so.6"}
    found |= {path for directory in beside for name in _OPENED_BY_NAME if (path := directory / name).exists()}
    answer.write_text(json.dumps(sorted(str(path) for path in found if not path.is_relative_to(home))))


def listed_libraries(answer: Path) -> Tree:
    """The libraries of such a list, each where the linker looks for it."""
    return {PurePosixPath(name): Path(name).resolve() for name in json.loads(answer.read_text())}
