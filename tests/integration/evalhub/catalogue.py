"""The catalogue that the chart installs."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.testbed.api_client import Json

_FILES = Path(__file__).parents[3] / "charts" / "referee" / "files"


def shipped() -> Iterator[Json]:
    """Its manifests."""
    adapters = (_FILES / "lm-evaluation-harness.yaml", _FILES / "referee-evaluators.yaml")
    for file in (*adapters, *sorted((_FILES / "catalogue").glob("*.yaml"))):
        yield yaml.safe_load(file.read_text())
