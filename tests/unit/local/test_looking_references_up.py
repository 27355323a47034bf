"""References: the job's own namespace, then whatever else is given, then what is installed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from referee.local.catalogue import LocalCatalogue, built_in_providers
from tests.unit.local.world import Document, a_provider, bundle


def _in(namespace: str, title: str) -> Document:
    provider = a_provider()
    provider["metadata"]["namespace"] = namespace
    provider["spec"]["title"] = title
    return provider


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An adapter package beside Referee, which must not be imported."""
    package = tmp_path / "site" / "referee_beside"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('imported')")
    provider = a_provider()
    provider["metadata"]["name"] = "beside"
    (package / "provider.yaml").write_text(yaml.safe_dump(provider))
    (tmp_path / "site" / "referee_without_provider").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "site")])
    built_in_providers.cache_clear()
    yield
    built_in_providers.cache_clear()


def test_the_jobs_own_namespace_comes_first(tmp_path: Path) -> None:
    given = bundle(tmp_path, _in("a", "of a"), _in("b", "of b"))
    for namespace, title in (("a", "of a"), ("b", "of b"), ("c", "of a")):
        provider = LocalCatalogue(given, namespace).provider("stand-in")
        assert provider is not None
        assert provider.spec.title == title


@pytest.mark.usefixtures("installed")
def test_what_is_installed_is_found_by_its_file_and_comes_last(tmp_path: Path) -> None:
    own = a_provider()
    own["metadata"]["name"] = "mine"
    catalogue = LocalCatalogue(bundle(tmp_path, own), "default")

    assert catalogue.provider("beside") is not None
    assert {"beside", "mine"} <= set(catalogue.provider_ids())
    assert catalogue.provider("nobody") is None
