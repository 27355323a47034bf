"""In a pod the places are fixed; on a laptop they hang on the directory that holds meta/job.json."""

from pathlib import Path

import pytest

from referee_adapter import SpecError
from referee_adapter.paths import locate


def test_a_pod_has_fixed_places() -> None:
    paths = locate({"EVALHUB_MODE": " K8S "})

    assert not paths.local
    assert str(paths.spec) == "/meta/job.json"
    assert (str(paths.data), str(paths.test_data)) == ("/data", "/test_data")
    assert str(paths.termination_log) == "/dev/termination-log"
    assert str(paths.model_secret) == "/var/run/secrets/model"
    assert str(paths.token) == "/var/run/secrets/kubernetes.io/serviceaccount/token"


def test_a_laptop_hangs_everything_on_the_specs_grandparent(tmp_path: Path) -> None:
    paths = locate({"EVALHUB_JOB_SPEC_PATH": str(tmp_path / "0" / "meta" / "job.json")})

    assert paths.local
    base = tmp_path / "0"
    assert (paths.data, paths.test_data) == (base / "data", base / "test_data")
    assert paths.termination_log == base / "termination-log"


def test_the_working_directory_is_the_last_resort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert locate({}).spec == tmp_path / "meta" / "job.json"


def test_another_mode_is_refused() -> None:
    with pytest.raises(SpecError, match="EVALHUB_MODE must be k8s or local, not 'docker'"):
        locate({"EVALHUB_MODE": "docker"})
