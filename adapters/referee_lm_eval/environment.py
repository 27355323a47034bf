"""The environment that the harness and its libraries read when they are imported.

Set before the first import of `lm_eval`, since several of them look only then. In a pod the root file system is
read-only and the user has no home: what is cached goes to the data directory. On a laptop the user's own cache
stays in use, because that is where data sets already are; but not for local data, of which each run would leave a
copy there.
"""

import os
from collections.abc import MutableMapping
from pathlib import Path

from referee_adapter import Context

OFFLINE_VARIABLES = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE")
_QUIET = {
    "TQDM_DISABLE": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
    # The harness's bootstrap starts a process per CPU of the node, whatever share of it the pod has.
    "DISABLE_MULTIPROC": "1",
}


def wants_offline(environ: MutableMapping[str, str]) -> bool:
    """Whether the pod was told that no hub can be reached."""
    return environ.get("REFEREE_OFFLINE", "").lower() in ("1", "true", "yes")


def prepare(
    context: Context, *, offline: bool, scratch: Path | None, environ: MutableMapping[str, str] = os.environ
) -> None:
    """Set what the libraries read.

    Args:
        context: gives the data directory and the hub's token.
        offline: no data set or tokenizer may be looked for on a hub.
        scratch: where all data is local, the place of its converted copy, which nobody needs afterwards.
        environ: the process's environment.
    """
    for name, value in _QUIET.items():
        environ.setdefault(name, value)
    if offline or scratch:
        environ.update(dict.fromkeys(OFFLINE_VARIABLES, "1"))
    if context.credentials.hf_token:
        environ["HF_TOKEN"] = context.credentials.hf_token
    if not _writable(environ.get("HOME")):
        environ["HOME"] = str(_directory(context.paths.data / "home"))
    if scratch:
        environ["HF_DATASETS_CACHE"] = str(scratch)
    if "HF_HOME" not in environ and not context.paths.local:
        environ["HF_HOME"] = str(_directory(context.paths.data / "huggingface"))


def _writable(home: str | None) -> bool:
    return bool(home) and os.access(str(home), os.W_OK | os.X_OK)


def _directory(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
