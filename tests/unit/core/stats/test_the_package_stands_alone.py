"""Operator and adapters' pods import it at their start: it costs nothing and brings nothing along."""

import subprocess
import sys
from pathlib import Path

import referee.core.stats

MODULES = sorted(path.stem for path in Path(referee.core.stats.__path__[0]).glob("[a-z]*.py"))
SCRIPT = f"""
import importlib, sys
before = set(sys.modules)
for name in {MODULES!r}:
    importlib.import_module("referee.core.stats." + name)
print(*sorted({{name.partition(".")[0] for name in set(sys.modules) - before}} - set(sys.stdlib_module_names)))
print(*sorted(name for name in sys.modules if name.startswith("referee.") and "core" not in name))
"""


def test_nothing_but_the_standard_library_is_imported() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["referee", ""]
