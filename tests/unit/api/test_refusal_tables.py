"""The tables of refusals are complete, and `referee run` refuses what a cluster refuses.

That the API server refuses and accepts the same pairs is in tests/integration/crd/test_crd_refusals.py.
"""

import pytest

from referee.api.base import Model
from referee.api.evaluationjob import EvaluationJobSpec
from referee.api.execution import Execution
from referee.api.manifest import KINDS, ManifestError, parse
from tests.integration.crd.changes import changes
from tests.integration.crd.constraints import broken, constraints, transition_rules
from tests.integration.crd.pairs import Pair, pairs

_EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def _broken_somewhere() -> set[tuple[str, str, str]]:
    return set().union(*(broken(KINDS[pair.kind], pair.refused) for pair in pairs()))


@_EVERY_KIND
def test_every_constraint_of_the_models_has_a_counterexample(kind: type[Model]) -> None:
    assert constraints(kind) - _broken_somewhere() == set()


@_EVERY_KIND
def test_every_rule_on_changes_has_a_refused_change(kind: type[Model]) -> None:
    refused = [change.refused for change in changes() if change.kind == kind.__name__ and change.refused]

    assert [rule.message for rule in transition_rules(kind) if not any(said in rule.message for said in refused)] == []


@pytest.mark.parametrize(("model", "path"), [(EvaluationJobSpec, "spec"), (Execution, "spec.execution")])
def test_for_every_field_of_a_job_it_is_tried_whether_it_may_change(model: type[Model], path: str) -> None:
    tried = [change.at for change in changes()]
    fields = [f"{path}.{field.alias}" for field in model.model_fields.values()]

    assert [field for field in fields if not any(at.startswith(field) for at in tried)] == []


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: f"{pair.kind} {pair.at}: {pair.says}")
def test_a_manifest_is_refused_without_a_cluster_as_by_one(pair: Pair) -> None:
    with pytest.raises(ManifestError) as refusal:
        parse(pair.refused)

    assert any(pair.named.startswith(said.split(": ")[1]) for said in refusal.value.problems)
    assert parse(pair.accepted).kind == pair.kind


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: f"{pair.kind} {pair.at}: {pair.says}")
def test_the_neighbour_breaks_nothing(pair: Pair) -> None:
    assert broken(KINDS[pair.kind], pair.accepted) == set()
