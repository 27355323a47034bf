"""Which reader reads a file."""

import json
from pathlib import Path
from typing import Any, Literal

from referee.imports import inspect, lm_eval, promptfoo
from referee.imports.imported import ImportedRun, ImportFailed

Tool = Literal["lm-eval", "inspect", "promptfoo"]


def read(tool: Tool, path: Path) -> list[ImportedRun]:
    """The runs that a tool left at a path.

    Raises:
        ImportFailed: it cannot be read.
    """
    if tool == "lm-eval":
        return list(lm_eval.runs(path))
    if path.suffix == ".eval":
        convert = f"inspect log convert {path} --to json --output-dir DIRECTORY"
        raise ImportFailed(f"{path}: is a log in Inspect's own form; convert it: {convert}")
    document = _document(path)
    return list(inspect.runs(document, str(path)) if tool == "inspect" else promptfoo.runs(document, str(path)))


def _document(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ImportFailed(f"{path}: cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise ImportFailed(f"{path}: must be a JSON object")
    return found
