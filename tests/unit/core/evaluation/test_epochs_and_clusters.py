"""An interval is over what is independent: samples, not their epochs; clusters, not their samples."""

import pytest

from referee.core.evaluation.reading import Reduction
from referee.core.evaluation.scoretype import ScoreType
from referee.core.stats import bounded, clustered, moments, wilson
from tests.unit.core.evaluation.runs import JUDGE, TONE, Bad, Criterion, Evaluator, Run, entry, measure

FOUR = [[True, True, True, False], [True, True, True, True], [False, False, False, True], [True, False, True, False]]


def test_epochs_become_one_number_a_sample_first() -> None:
    found = Run([Evaluator("exact")], {"exact": FOUR}, epochs=4).document()
    mean = measure(found, "exact")
    sample = moments.of([0.75, 1.0, 0.25, 0.5])
    interval = bounded.interval(sample.mean, sample.stderr or 0, 4, (0, 1), 0.95)
    assert interval is not None
    assert (mean["value"], mean["n"], mean["method"]) == (0.625, 4, bounded.METHOD)
    assert (mean["ciLow"], mean["ciHigh"]) == (interval.low, interval.high)


@pytest.mark.parametrize(
    ("reduction", "value", "method"),
    [
        (Reduction("Mode"), (1 + 1 + 0 + 0.5) / 4, bounded.METHOD),
        (Reduction("Median"), (1 + 1 + 0 + 0.5) / 4, bounded.METHOD),
        (Reduction("AtLeastK", 3), 0.5, wilson.METHOD),
        (Reduction("PassAtK", 2), (1 + 1 + 0.5 + 5 / 6) / 4, bounded.METHOD),
        (Reduction("PassHatK", 2), (0.5 + 1 + 0 + 1 / 6) / 4, bounded.METHOD),
    ],
    ids=lambda given: given.name if isinstance(given, Reduction) else None,
)
def test_the_first_reducer_decides(reduction: Reduction, value: float, method: str) -> None:
    found = Run([Evaluator("exact")], {"exact": FOUR}, epochs=4, reductions=[reduction, Reduction()]).document()
    mean = measure(found, "exact")
    assert mean["value"] == pytest.approx(value, abs=1e-15)
    assert mean["method"] == method
    assert found["score"]["value"] == mean["value"]
    assert measure(found, "exact", reducer="Mean")["value"] == 0.625


def test_of_a_judge_what_counts_is_whether_an_epoch_passes() -> None:
    stars = Evaluator("judge", JUDGE)
    found = Run([stars], {"judge": [[5, 3], [1, 2]]}, epochs=2, reductions=[Reduction("PassAtK", 1)]).document()
    assert measure(found, "judge")["value"] == 0.25
    assert measure(found, "judge", "PassRate")["value"] == 0.25


def test_without_a_rule_of_what_passes_such_a_reducer_has_no_score() -> None:
    unruled = Evaluator("stars", ScoreType("Numerical", min=1, max=5))
    found = Run([unruled], {"stars": [[5, 3]]}, epochs=2, reductions=[Reduction("PassAtK", 1)]).document()
    assert "score" not in found
    assert entry(found, "stars")["measures"] == []


def test_a_missing_epoch_leaves_the_others_and_its_scenarios_are_exact() -> None:
    found = Run([Evaluator("exact")], {"exact": [[True, Bad()], [False, True]]}, epochs=2).document()
    mean = measure(found, "exact")
    assert (mean["value"], mean["n"], mean["open"]) == (0.75, 2, 1)
    assert (mean["ifWorst"], mean["ifBest"]) == (0.5, 0.75)
    assert (entry(found, "exact")["attempted"], entry(found, "exact")["unscored"]) == (4, 1)


def test_a_reducer_that_needs_k_epochs_has_no_value_with_fewer() -> None:
    answers = [[True, Bad(), Bad()], [True, True, False]]
    found = Run([Evaluator("exact")], {"exact": answers}, epochs=3, reductions=[Reduction("PassHatK", 2)]).document()
    mean = measure(found, "exact")
    assert (mean["n"], mean["value"]) == (1, pytest.approx(1 / 3))
    assert mean["ifWorst"] == pytest.approx(1 / 6)
    assert mean["ifBest"] == pytest.approx((1 + 1 / 3) / 2)
    assert (found["samples"]["scored"], found["samples"]["unscored"]) == (1, 1)


def test_clusters_widen_the_interval_and_are_counted() -> None:
    answers = [bool(group % 3) for group in range(12) for _ in range(10)]
    clusters = [f"doc-{group}" for group in range(12) for _ in range(10)]
    alone = measure(Run([Evaluator("exact")], {"exact": answers}).document(), "exact")
    found = measure(Run([Evaluator("exact")], {"exact": answers}, clusters=clusters).document(), "exact")
    expected = clustered.interval([float(a) for a in answers], clusters, 0.95, (0, 1), boolean=True)
    assert expected is not None
    assert (found["ciLow"], found["ciHigh"], found["nClusters"]) == (expected.low, expected.high, 12)
    assert found["ciHigh"] - found["ciLow"] > 2 * (alone["ciHigh"] - alone["ciLow"])
    assert found["method"] == expected.method


def test_few_clusters_give_no_interval() -> None:
    answers = [True, False] * 45
    found = Run([Evaluator("exact")], {"exact": answers}, clusters=[f"c{at % 9}" for at in range(90)]).document()
    assert "ciLow" not in measure(found, "exact")
    assert "ciLow" not in found["score"]


def test_a_sample_without_a_cluster_is_one_of_its_own() -> None:
    run = Run([Evaluator("exact")], {"exact": [True, False] * 20}, clusters=["a"] * 40)
    table = run.table()
    for position in range(1, 40):
        table.sample(position)
    assert len({table.cluster(position) for position in range(40)}) == 40


def test_percentiles_come_where_a_criterion_asks_for_them() -> None:
    criteria = Criterion("P95")
    found = Run([Evaluator("judge", JUDGE, criteria=criteria)], {"judge": [1, 2, 3, 4, 5] * 20}).document()
    assert measure(found, "judge", "P95")["value"] == 5
    assert measure(found, "judge", "P95")["gated"] is True
    assert [m["measure"] for m in entry(found, "judge")["measures"]] == ["Mean", "P95", "PassRate"]
    assert "gated" not in measure(found, "judge")


def test_labels_have_a_distribution_and_each_its_share() -> None:
    answers = ["kind"] * 6 + ["plain"] * 3 + [Bad()]
    found = entry(Run([Evaluator("tone", TONE)], {"tone": answers}).document(), "tone")
    assert found["distribution"] == {"rude": 0, "plain": 3, "kind": 6}
    shares = {choice["label"]: choice for choice in found["choices"]}
    wanted = wilson.interval(6 / 9, 9, 0.95)
    assert wanted is not None
    assert (shares["kind"]["value"], shares["kind"]["ciLow"], shares["kind"]["n"]) == (6 / 9, wanted.low, 9)
    assert measure({"evaluators": [found]}, "tone")["value"] == pytest.approx(15 / 9)
