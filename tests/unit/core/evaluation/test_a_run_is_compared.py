"""This run against an earlier one: what the three tests decide, how often, and what they do not decide."""

import random
from collections.abc import Sequence
from typing import Any

import pytest

from referee.core.evaluation.compare import Compared, Matched, compare, document
from referee.core.evaluation.compare import Run as Side
from referee.core.evaluation.decision import Difference, Terms, decide
from referee.core.evaluation.decision import Test as Kind
from referee.core.evaluation.outcomes import Policies
from referee.core.evaluation.scoretype import ScoreType
from referee.core.stats import paired
from tests.unit.core.evaluation.runs import JUDGE, LATENCY, Bad, Evaluator, Run

Answers = dict[str, Sequence[Any]]
KINDS: tuple[Kind, ...] = ("NonInferiority", "SignificantRegression", "Point")


def compared(
    evaluators: Sequence[Evaluator],
    here: Answers,
    there: Answers,
    test: Kind = "NonInferiority",
    *,
    unmatched: int = 0,
    digest: str = "d",
    **fields: Any,
) -> list[Compared]:
    runs = [Run(evaluators, answers, **fields) for answers in (here, there)]
    ours = {e.name: "d" for e in evaluators}
    sides = Side(runs[0].table(), ours), Side(runs[1].table(), {**ours, evaluators[0].name: digest})
    size = len(next(iter(here.values())))
    return compare(*sides, Matched(range(size), unmatched), runs[0].method, Terms(test, 0.02))


def score(*args: Any, **fields: Any) -> Compared:
    return compared(*args, **fields)[0]


def pairs(better: int, worse: int, tied: int) -> tuple[Answers, Answers]:
    here = [True] * better + [False] * worse + [True] * tied
    there = [False] * better + [True] * worse + [True] * tied
    return {"exact": here}, {"exact": there}


EXACT = [Evaluator("exact")]


def test_right_and_wrong_answers() -> None:
    here, there = pairs(5, 12, 83)
    found = score(EXACT, here, there, "SignificantRegression")
    wanted = paired.bonett_price(5, 12, 100, 0.95)
    assert found.difference is not None
    assert (found.difference.interval, found.difference.p) == (wanted, paired.mcnemar_p_value(5, 12))
    assert found.difference.delta == pytest.approx(-0.07)
    assert found.n == 100
    assert (found.improved, found.regressed, found.tied) == (5, 12, 83)
    assert (found.here, found.there) == (0.88, 0.95)
    assert (found.result, found.reason) == ("Pass", "NotWorse")  # p = 0.14: so weak is it at n = 100
    assert found.mde is not None
    assert 0.05 < found.mde < 0.2


@pytest.mark.parametrize(
    ("counts", "results"),
    [
        ((0, 20, 80), ("Fail", "Fail", "Fail")),
        ((3, 3, 94), ("Unknown", "Pass", "Pass")),
        ((3, 3, 3000), ("Pass", "Pass", "Pass")),
        ((30, 3, 100), ("Pass", "Pass", "Pass")),
        ((5, 10, 85), ("Unknown", "Pass", "Fail")),
    ],
    ids=["much worse", "the same, few", "the same, many", "much better", "worse by chance, perhaps"],
)
def test_what_each_test_says(counts: tuple[int, int, int], results: tuple[str, ...]) -> None:
    assert tuple(score(EXACT, *pairs(*counts), kind).result for kind in KINDS) == results


def test_underpowered_says_how_many_it_would_take() -> None:
    found = score(EXACT, *pairs(3, 3, 194))
    assert (found.result, found.reason) == ("Unknown", "Underpowered")
    assert found.n_needed is not None
    enough = found.n_needed / 200 * 1.2
    assert score(EXACT, *pairs(int(3 * enough), int(3 * enough), int(194 * enough))).result == "Pass"


def test_numbers_are_compared_on_the_normalised_scale_and_turned() -> None:
    errors = Evaluator("errors", ScoreType("Numerical", min=0, max=10, lower_is_better=True))
    found = score([errors], {"errors": [4.0] * 50}, {"errors": [5.0, 3.0] * 25}, "Point")
    assert found.difference is not None
    assert found.difference.delta == 0
    worse = score([errors], {"errors": [5.0] * 50}, {"errors": [4.0] * 50}, "Point")
    assert worse.difference is not None
    assert worse.difference.delta == pytest.approx(-0.1)
    assert (worse.result, worse.regressed) == ("Fail", 50)
    own = compared([errors], {"errors": [5.0] * 50}, {"errors": [4.0] * 50}, "Point")[1]
    assert (own.name, own.here, own.there) == ("errors", 5.0, 4.0)


def test_what_all_differs_alike_is_significant_too() -> None:
    judge = [Evaluator("judge", JUDGE)]
    found = score(judge, {"judge": [3.0] * 50}, {"judge": [4.0] * 50}, "SignificantRegression")
    assert found.difference is not None
    assert (found.difference.p, found.result) == (None, "Fail")


def test_evaluators_that_measure_differently_are_not_compared() -> None:
    here, there = pairs(0, 50, 0)
    assert [(m.name, m.reason) for m in compared(EXACT, here, there, digest="other")] == [
        ("score", "NotComparable"),
        ("exact", "NotComparable"),
    ]
    two = [Evaluator("exact", weight=0), Evaluator("judge", JUDGE)]
    both = {"judge": [4.0] * 50}
    found = compared(two, here | both, there | both, "Point", digest="other")
    assert [(m.name, m.result) for m in found] == [("score", "Pass"), ("exact", "Unknown"), ("judge", "Pass")]


def test_too_few_matched_samples_decide_nothing() -> None:
    here, there = pairs(0, 0, 90)
    assert score(EXACT, here, there, "Point", unmatched=10).result == "Pass"
    found = score(EXACT, here, there, "Point", unmatched=11)
    assert (found.result, found.reason, found.n) == ("Unknown", "TooFewMatched", 90)


def test_what_is_scored_in_one_run_alone_is_in_neither_mean() -> None:
    here = {"exact": [True, Bad(), False, True]}
    found = score(EXACT, here, {"exact": [True, False, Bad(), True]}, "Point")
    assert (found.n, found.here, found.there) == (2, 1.0, 1.0)


def test_hard_questions_that_failed_this_time_could_decide() -> None:
    # Everything that the new model would get wrong, its server refuses: what is left looks the same.
    there = {"exact": [True] * 100}
    here = {"exact": [True] * 80 + [Bad("model")] * 20}
    for kind in KINDS:
        found = score(EXACT, here, there, kind)
        assert (found.result, found.reason) in {("Unknown", "ErrorsCouldDecide"), ("Unknown", "Underpowered")}
    found = score(EXACT, here, there, "Point")
    assert found.reason == "ErrorsCouldDecide"
    assert found.if_worst == pytest.approx(-0.2)
    assert found.if_best == 0
    counted = score(EXACT, here, there, "Point", policies=Policies(model="Worst"))
    assert (counted.result, counted.reason) == ("Fail", "Regressed")


def test_evaluators_without_a_range_are_left_out() -> None:
    both = [Evaluator("exact"), Evaluator("latency", LATENCY, 0)]
    answers: Answers = {"exact": [True, False], "latency": [1.0, 2.0]}
    assert [m.name for m in compared(both, answers, answers)] == ["score", "exact"]


def test_the_evaluators_own_p_values_are_holms() -> None:
    # Each alone has p = 0.039; of two such not one may be a false alarm.
    names = ["one", "two"]
    here: Answers = {name: [True] * 1 + [False] * 8 + [True] * 91 for name in names}
    there: Answers = {name: [False] * 1 + [True] * 8 + [True] * 91 for name in names}
    alone = compared([Evaluator("one")], {"one": here["one"]}, {"one": there["one"]}, "SignificantRegression")[1]
    assert alone.difference is not None
    assert alone.difference.p == pytest.approx(0.0390625)
    assert alone.result == "Fail"
    found = compared([Evaluator(name) for name in names], here, there, "SignificantRegression")
    assert [(m.name, m.result) for m in found[1:]] == [("one", "Pass"), ("two", "Pass")]
    assert [m.difference and m.difference.p for m in found[1:]] == pytest.approx([0.078125] * 2)


def test_clusters_count_in_a_comparison_too() -> None:
    here, there = pairs(0, 12, 108)
    clusters = ["worse"] * 12 + [f"c{at // 12}" for at in range(108)]
    alone = score(EXACT, here, there, "SignificantRegression")
    found = score(EXACT, here, there, "SignificantRegression", clusters=clusters)
    assert (alone.result, found.result) == ("Fail", "Pass")


def test_the_document_says_all_of_it() -> None:
    here, there = pairs(5, 12, 83)
    matched = Matched(range(100), 3)
    found = compared(EXACT, here, there, "SignificantRegression")
    wire = document("capitals-v1", matched, found, Terms("SignificantRegression", 0.02))
    assert (wire["baseline"], wire["matched"], wire["unmatched"]) == ("capitals-v1", 100, 3)
    assert set(wire["metrics"][0]) == {
        *("name", "test", "result", "reason", "n", "delta", "ciLow", "ciHigh", "method", "p"),
        *("improved", "regressed", "tied", "valueHere", "valueThere", "mde"),
    }


def simulated(n: int, worse_by: float, kind: Kind, runs: int = 1000) -> dict[str, float]:
    """How often each outcome comes with 12 % discordant pairs at equality."""
    rng = random.Random(n)  # noqa: S311 - a simulation
    counts = {"Pass": 0, "Fail": 0, "Unknown": 0}
    for _ in range(runs):
        draws = [rng.random() for _ in range(n)]
        better = sum(draw < 0.06 for draw in draws)
        worse = sum(0.06 <= draw < 0.12 + worse_by for draw in draws)
        interval = paired.bonett_price(better, worse, n, 0.95)
        found = Difference((better - worse) / n, interval, paired.mcnemar_p_value(better, worse))
        counts[decide(found, Terms(kind, 0.02))[0]] += 1
    return {result: count / runs for result, count in counts.items()}


def test_non_inferiority_seldom_decides_and_is_seldom_wrong() -> None:
    assert simulated(400, 0.0, "NonInferiority")["Unknown"] > 0.7
    worse = simulated(400, 0.05, "NonInferiority")
    assert worse["Pass"] <= 0.01
    assert simulated(400, 0.02, "NonInferiority")["Pass"] <= 0.05  # at the margin: at most about 0.025


def test_a_gate_for_significance_fires_where_it_can() -> None:
    equal = simulated(400, 0.0, "SignificantRegression")
    assert equal["Fail"] <= 0.05
    assert simulated(400, 0.05, "SignificantRegression")["Fail"] > 0.5
    assert simulated(400, 0.10, "SignificantRegression")["Fail"] > 0.95


def test_a_regression_of_the_mde_is_found_as_often_as_promised() -> None:
    found = score(EXACT, *pairs(24, 24, 352), "SignificantRegression")
    assert found.mde is not None
    assert simulated(400, found.mde, "SignificantRegression")["Fail"] >= 0.75


def test_numbers_that_regress_are_found() -> None:
    rng = random.Random(3)  # noqa: S311 - a simulation
    judge = [Evaluator("judge", JUDGE)]
    there = [rng.choice([3, 4, 5]) for _ in range(200)]
    here = [max(1, stars - (rng.random() < 0.4)) for stars in there]
    for kind in KINDS:
        assert score(judge, {"judge": here}, {"judge": there}, kind).result == "Fail"
