"""The testbed runs the programs of one place that has them all, and never a mixture."""

from pathlib import Path

import pytest

from tests.testbed import go_build
from tests.testbed.binaries import CONTROL_PLANE, find


@pytest.fixture(autouse=True)
def nothing_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


def place(directory: Path, names: tuple[str, ...], version: str) -> str:
    directory.mkdir()
    for name in names:
        (directory / name).write_text(f"#!/bin/sh\necho Kubernetes {version}\n")
        (directory / name).chmod(0o755)
    return str(directory)


def test_programs_on_the_path_are_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", place(tmp_path / "bin", CONTROL_PLANE, "v1.36.3"))
    assert find(CONTROL_PLANE) == {name: tmp_path / "bin" / name for name in CONTROL_PLANE}


def test_kubebuilder_assets_come_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", place(tmp_path / "bin", CONTROL_PLANE, "v1.36.3"))
    monkeypatch.setenv("KUBEBUILDER_ASSETS", place(tmp_path / "assets", CONTROL_PLANE, "v1.34.1"))
    found = find(CONTROL_PLANE)
    assert found is not None
    assert found["etcd"] == tmp_path / "assets" / "etcd"


def test_a_place_without_all_of_them_does_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", place(tmp_path / "assets", ("etcd", "kube-apiserver"), "v1.36.3"))
    monkeypatch.setenv("PATH", place(tmp_path / "bin", ("kubectl", "kube-controller-manager"), "v1.36.3"))
    assert find(CONTROL_PLANE) is None


def test_an_old_kubernetes_does_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", place(tmp_path / "bin", CONTROL_PLANE, "v1.32.4-dispatcher"))
    assert find(CONTROL_PLANE) is None


def test_another_source_makes_another_cache_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = go_build.cache_key()
    for name in go_build.SOURCES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((go_build.MODULE / name).read_bytes())
    monkeypatch.setattr(go_build, "MODULE", tmp_path)
    assert go_build.cache_key() == before
    (tmp_path / "dns" / "main.go").write_text("package main\n")
    assert go_build.cache_key() != before
