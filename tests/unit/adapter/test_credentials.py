"""Credentials come from files, and are masked in whatever is written."""

import json
from pathlib import Path

import pytest

from referee_adapter import Credentials, Model, SampleWriter, SpecError
from referee_adapter.credentials import read_credentials
from referee_adapter.paths import locate

MODEL = Model(url="http://m", name="m")


def test_a_pod_reads_the_mounted_secret(tmp_path: Path) -> None:
    paths = locate({"EVALHUB_MODE": "k8s"}, root=tmp_path)
    paths.model_secret.mkdir(parents=True)
    (paths.model_secret / "api-key").write_text("sk-very-secret\n")
    (paths.model_secret / "ca_cert").write_text("certificate")

    credentials = read_credentials(paths, MODEL)

    assert credentials.api_key == "sk-very-secret"
    assert credentials.hf_token is None
    assert credentials.ca_file == paths.model_secret / "ca_cert"
    assert "sk-very" not in repr(credentials)


def test_judges_have_credentials_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "0").mkdir()
    (tmp_path / "0" / "api-key").write_text("sk-of-the-judge")

    credentials = read_credentials(locate({"EVALHUB_MODE": "k8s"}, root=tmp_path), MODEL, {"tone": tmp_path / "0"})

    assert credentials.api_key is None
    assert credentials.evaluators["tone"].api_key == "sk-of-the-judge"
    assert credentials.redact("bad key sk-of-the-judge") == "bad key ***"
    assert "sk-of" not in repr(credentials)


def test_a_laptop_reads_the_directory_that_the_job_names(tmp_path: Path) -> None:
    directory = tmp_path / "my keys"
    directory.mkdir()
    (directory / "hf-token").write_text("hf-token-value")
    model = Model(url="http://m", name="m", secret_ref=directory.as_uri())

    assert read_credentials(locate({}), model).hf_token == "hf-token-value"


@pytest.mark.parametrize("reference", ["llm-key", "file://relative", "https://vault/key"])
def test_a_laptop_refuses_what_is_no_directory(reference: str) -> None:
    with pytest.raises(SpecError, match=r"secret_ref must be file:///absolute/directory"):
        read_credentials(locate({}), Model(url="http://m", name="m", secret_ref=reference))


def test_no_secret_is_no_error(tmp_path: Path) -> None:
    assert read_credentials(locate({"EVALHUB_MODE": "k8s"}, root=tmp_path), MODEL) == Credentials()


def test_every_occurrence_is_masked() -> None:
    credentials = Credentials(api_key="sk-one", hf_token="hf-two")

    assert credentials.redact("sk-one, again sk-one and hf-two") == "***, again *** and ***"


def test_sample_records_are_masked(tmp_path: Path) -> None:
    with SampleWriter(tmp_path / "s.jsonl", Credentials(api_key="sk-one").redact) as writer:
        writer.write({"output": "your key is sk-one"})

    assert json.loads((tmp_path / "s.jsonl").read_text()) == {"output": "your key is ***"}
