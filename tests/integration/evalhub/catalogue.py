"""The catalogue that the chart installs."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.testbed.api_client import Json

_FILES = Path(__file__).parents[3] / "charts" / "referee" / "files"


def shipped() -> Iterator[Json]:
    """Its manifests."""
    for file in (_FILES / "lm-evaluation-harness.yaml", *sorted((_FILES / "catalogue").glob("*.yaml"))):
        yield yaml.safe_load(file.read_text())
