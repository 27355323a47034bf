"""What the harness's libraries read when they are imported: where to write, and whether a hub may be asked."""

from pathlib import Path

import pytest

from referee_adapter import Context, Credentials
from referee_adapter.paths import locate
from referee_adapter.progress import ProgressReporter
from referee_adapter.spec import read_spec
from referee_lm_eval.environment import prepare, wants_offline
from tests.unit.adapter.receiver import job, write_job


def context(tmp_path: Path, mode: str, token: str | None = None) -> Context:
    environ = {"EVALHUB_MODE": mode, "EVALHUB_JOB_SPEC_PATH": str(write_job(tmp_path, job()))}
    paths = locate(environ, tmp_path)
    return Context(read_spec(paths.spec), paths, Credentials(hf_token=token), ProgressReporter(lambda _: None))


def test_a_pod_writes_to_its_data_directory(tmp_path: Path) -> None:
    environ: dict[str, str] = {}

    prepare(context(tmp_path, "k8s", "hf-secret"), offline=False, scratch=None, environ=environ)

    assert environ["HOME"] == str(tmp_path / "data/home")
    assert environ["HF_HOME"] == str(tmp_path / "data/huggingface")
    assert Path(environ["HF_HOME"]).is_dir()
    assert environ["HF_TOKEN"] == "hf-secret"
    assert "HF_HUB_OFFLINE" not in environ


def test_a_cache_that_the_pod_brings_is_used(tmp_path: Path) -> None:
    environ = {"HF_HOME": "/cache", "HOME": str(tmp_path)}

    prepare(context(tmp_path, "k8s"), offline=True, scratch=None, environ=environ)

    assert (environ["HF_HOME"], environ["HOME"]) == ("/cache", str(tmp_path))
    assert environ["HF_HUB_OFFLINE"] == environ["HF_DATASETS_OFFLINE"] == "1"


def test_a_laptop_keeps_the_users_cache_but_not_for_local_data(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}

    prepare(context(tmp_path, "local"), offline=False, scratch=tmp_path / "scratch", environ=environ)

    assert "HF_HOME" not in environ
    assert environ["HF_DATASETS_CACHE"] == str(tmp_path / "scratch")
    assert environ["HF_HUB_OFFLINE"] == "1"


@pytest.mark.parametrize(("value", "offline"), [("1", True), ("true", True), ("0", False), ("", False)])
def test_a_pod_may_be_told_that_there_is_no_hub(value: str, *, offline: bool) -> None:
    assert wants_offline({"REFEREE_OFFLINE": value}) is offline
    assert not wants_offline({})
