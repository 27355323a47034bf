"""provider.yaml is what the installed harness says, valid, and fits what the adapter reads."""

import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

import referee_lm_eval
from referee.api.provider import Provider
from referee_lm_eval.parameters import read_parameters
from referee_lm_eval.registry import Registry
from referee_lm_eval.tasks import harness_tasks

FILE = Path(referee_lm_eval.__file__).with_name("provider.yaml")


@pytest.fixture(scope="module")
def provider() -> Provider:
    return Provider.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def test_it_is_up_to_date() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "referee_lm_eval.catalogue", "--check"], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr


def test_every_benchmark_but_the_own_ones_says_how_it_is_scored(provider: Provider) -> None:
    for benchmark in provider.spec.benchmarks:
        if benchmark.id != "custom":
            assert benchmark.primary_score is not None, benchmark.id
            assert benchmark.primary_score.metric in {metric.name for metric in benchmark.metrics}
    assert len(provider.spec.benchmarks) >= 40


def test_every_benchmark_is_found_in_the_harness(provider: Provider) -> None:
    registry = Registry([harness_tasks()])
    names = [benchmark.task or benchmark.id for benchmark in provider.spec.benchmarks if benchmark.id != "custom"]

    assert not [name for name in names if name not in registry]
    assert all(registry.files(name) for name in names)


def test_the_schema_accepts_what_the_adapter_reads_and_nothing_else(provider: Provider) -> None:
    schema = provider.spec.parameters_schema or {}
    jsonschema.Draft202012Validator.check_schema(schema)
    defaults = {name: part["default"] for name, part in schema["properties"].items() if "default" in part}

    read_parameters(defaults)
    jsonschema.validate({"num_fewshot": 5, "gen_kwargs": {"top_p": 0.9}, **defaults}, schema)
    for wrong in ({"num_fewshots": 5}, {"num_fewshot": -1}, {"offline": "yes"}, {"tokenizer_backend": "magic"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
