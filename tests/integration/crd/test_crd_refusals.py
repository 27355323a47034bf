"""What a cluster refuses, with a message that names the field and the remedy, and what is just about accepted."""

import pytest

from tests.integration.crd.pairs import Pair, pairs, with_value
from tests.integration.crd.server import Server

JOB = {
    "apiVersion": "referee.dev/v1alpha1",
    "kind": "EvaluationJob",
    "metadata": {"name": "capitals"},
    "spec": {
        "model": {"url": "http://models.example/v1", "name": "m"},
        "benchmarks": [{"id": "arc", "provider": "harness"}],
    },
}


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: f"{pair.kind} {pair.at}: {pair.says}")
async def test_one_step_outside_is_refused_and_the_bound_itself_accepted(pair: Pair, crd_judge: Server) -> None:
    said = await crd_judge.refusal(pair.refused)

    assert pair.named in said
    assert pair.says in said
    assert await crd_judge.refusal(pair.accepted) == ""


@pytest.mark.parametrize(
    "field",
    ["sepc", "spec.supend", "spec.model.timeout", "spec.benchmarks[0].num_examples", "spec.pod.hostNetwork"],
)
async def test_a_field_that_does_not_exist_is_refused_by_name(field: str, crd_judge: Server) -> None:
    said = await crd_judge.refusal(with_value(JOB, field, 1))

    assert f'unknown field "{field}"' in said


async def test_a_client_that_does_not_ask_for_it_has_the_unknown_field_pruned(crd_judge: Server) -> None:
    created = await crd_judge.create(with_value(JOB, "spec.supend", 1), dry_run=True, strict=False)

    assert "supend" not in created["spec"]
