"""The published source distribution of the eval-hub-sdk: its tests and examples, which nobody here wrote.

The installed wheel has neither. Downloaded once from PyPI, checked against the hash that is pinned here, unpacked into
the testbed's cache; nothing of it is in this repository.

Rejected: `pip download`, which builds the project to learn its version, and takes it for another one without git.
"""

import hashlib
import importlib.metadata
import io
import re
import tarfile
from pathlib import Path

import httpx

from tests.testbed.cache import cached

VERSION = "1.0.6"
SHA256 = "9fbb260f6e327cd5ae7b0fbe4f35d44b9be5dea1910b78bae2902cecdda2f6ca"
_URL = (
    "https://files.pythonhosted.org/packages/71/e0/1f907a5e0230efd0306991057aaddffb24a5663948499ab731b8f480d2dc/"
    f"eval_hub_sdk-{VERSION}.tar.gz"
)
_SECONDS = 60


def published_sdk() -> Path:
    """The unpacked distribution."""
    return cached("sdist", SHA256[:16], _unpack) / f"eval_hub_sdk-{VERSION}"


def readme_snippets() -> list[str]:
    """The Python in the README, which comes with the installed package."""
    metadata = importlib.metadata.distribution("eval-hub-sdk").read_text("METADATA")
    return re.findall(r"```python\n(.*?)```", metadata or "", re.DOTALL)


def _unpack(into: Path) -> None:
    content = httpx.get(_URL, timeout=_SECONDS).raise_for_status().content
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise RuntimeError(f"{_URL} has the hash {found}, and not {SHA256}: it is not what was looked at here")
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        # "data" refuses links and paths that lead out of the directory, devices, and strange modes
        archive.extractall(into, filter="data")
