"""Files that are copies of others, because a chart must hold what it installs."""

from pathlib import Path

import pytest

from referee.api.crd import files

ROOT = Path(__file__).parents[2]


def test_the_crd_chart_holds_the_crds() -> None:
    templates = ROOT / "charts" / "referee-crds" / "templates"
    assert {file.name: file.read_text() for file in templates.glob("referee.dev_*.yaml")} == files()


@pytest.mark.parametrize(
    ("file", "adapter"),
    [("lm-evaluation-harness", "referee_lm_eval"), ("referee-evaluators", "referee_evaluators")],
)
def test_the_charts_provider_is_the_adapters(file: str, adapter: str) -> None:
    chart = ROOT / "charts" / "referee" / "files" / f"{file}.yaml"
    assert chart.read_text() == (ROOT / "adapters" / adapter / "provider.yaml").read_text()


def test_the_charts_catalogue_is_the_packages() -> None:
    chart, package = ROOT / "charts" / "referee" / "files" / "catalogue", ROOT / "operator" / "referee" / "catalogue"
    assert {file.name: file.read_text() for file in chart.iterdir()} == {
        file.name: file.read_text() for file in package.iterdir()
    }
