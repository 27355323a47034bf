"""What a cluster refuses, with a message that names the field and the remedy, and what is just about accepted."""

import pytest

from tests.integration.crd.pairs import Pair, pairs, with_value
from tests.integration.crd.server import Server

JOB = {
    "apiVersion": "referee.dev/v1alpha1",
    "kind": "EvaluationJob",
    "metadata": {"generateName": "capitals-"},
    "spec": {
        "model": {"url": "http://models.example/v1", "name": "m"},
        "benchmarks": [{"id": "arc", "provider": "harness"}],
    },
}


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: f"{pair.kind} {pair.at}: {pair.says}")
def test_one_step_outside_is_refused_and_the_bound_itself_accepted(pair: Pair, server: Server) -> None:
    said = server.refusal(pair.refused)

    assert pair.named in said
    assert pair.says in said
    assert server.refusal(pair.accepted) == ""


@pytest.mark.parametrize(
    "field",
    ["sepc", "spec.supend", "spec.model.timeout", "spec.benchmarks[0].num_examples", "spec.pod.hostNetwork"],
)
def test_a_field_that_does_not_exist_is_refused_by_name(field: str, server: Server) -> None:
    assert f'unknown field "{field}"' in server.refusal(with_value(JOB, field, 1))


def test_a_client_that_does_not_ask_for_it_has_the_unknown_field_pruned(server: Server) -> None:
    created = server.create(with_value(JOB, "spec.supend", 1), strict=False, dryRun="All")

    assert "supend" not in created["spec"]
