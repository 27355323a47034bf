"""The modules that users' code can import.

The locked child cannot open a file, so a module is there before it or not at all: the keeper loads these first. That
they are on a list is for people's sake, not for safety: `os` is loaded too, and does nothing here.

Not on the list: what needs files or the network to be of use (pathlib, tempfile, sqlite3, zoneinfo, urllib.request),
and what starts threads or processes (concurrent, multiprocessing, asyncio, subprocess).
"""

import ast
import importlib
import sys
from collections.abc import Iterable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

STANDARD = (
    *(
        "__future__",
        "abc",
        "array",
        "ast",
        "base64",
        "binascii",
        "bisect",
        "calendar",
        "cmath",
        "codecs",
        "collections",
    ),
    *("collections.abc", "colorsys", "configparser", "contextlib", "copy", "csv", "dataclasses", "datetime", "decimal"),
    *("difflib", "enum", "fnmatch", "fractions", "functools", "graphlib", "hashlib", "heapq", "hmac", "html"),
    *("html.entities", "html.parser", "inspect", "io", "ipaddress", "itertools", "json", "keyword", "logging", "math"),
    *("numbers", "operator", "pprint", "random", "re", "shlex", "statistics", "string", "struct", "textwrap", "time"),
    *("tokenize", "tomllib", "traceback", "types", "typing", "unicodedata", "urllib.parse", "uuid", "warnings"),
    *("weakref", "xml.etree.ElementTree", "zlib"),
)
"""Of the standard library; always there."""

EXTRA = ("numpy", "rapidfuzz", "regex")
"""Of others; there where the code imports them, since each makes every child dearer."""

_BENEATH = (
    *("_strptime", "linecache", "stringprep", "tracemalloc", "xml.parsers.expat", "encodings.ascii"),
    *("encodings.cp1252", "encodings.idna", "encodings.latin_1", "encodings.punycode", "encodings.raw_unicode_escape"),
    *("encodings.unicode_escape", "encodings.utf_16", "encodings.utf_16_be", "encodings.utf_16_le", "encodings.utf_32"),
    *("encodings.utf_8_sig",),
)
"""What those import only when they are first used."""

_BENEATH_EXTRA = {
    "numpy": ("numpy.fft", "numpy.linalg", "numpy.ma", "numpy.polynomial", "numpy.random", "numpy.strings"),
    "rapidfuzz": ("rapidfuzz.distance", "rapidfuzz.fuzz", "rapidfuzz.process", "rapidfuzz.utils"),
}


def extra_modules(source: str) -> tuple[str, ...]:
    """Which of `EXTRA` the code imports, by its text alone."""
    named: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            named.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named.add(node.module.partition(".")[0])
    return tuple(name for name in EXTRA if name in named)


def load(extra: Iterable[str]) -> None:
    """Load all that will be there, then let nothing more be found."""
    for name in (*STANDARD, *_BENEATH):
        importlib.import_module(name)
    for name in extra:
        importlib.import_module(name)
        for part in _BENEATH_EXTRA.get(name, ()):
            importlib.import_module(part)
    sys.meta_path[:] = [_Nothing()]
    sys.path.clear()
    sys.path_hooks.clear()
    sys.path_importer_cache.clear()


class _Nothing(MetaPathFinder):
    """Finds no module, and says which there are."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the import system's signature
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        raise ModuleNotFoundError(
            f"No module named {fullname!r} in the sandbox; there is what computes in the standard library, and "
            f"{', '.join(EXTRA)}",
            name=fullname,
        )
