"""Errors, skipped and pending answers: never a number by themselves, always counted."""

import pytest

from referee.core.evaluation.document import document
from referee.core.evaluation.outcomes import Action, Policies
from referee.core.evaluation.scoretype import ScoreType
from tests.unit.core.evaluation.runs import (
    BOOLEAN,
    JUDGE,
    LATENCY,
    PENDING,
    SKIPPED,
    Bad,
    Evaluator,
    Run,
    entry,
    measure,
)


def test_a_judge_that_fails_on_one_call_in_ten_leaves_the_mean_of_the_others() -> None:
    fours = [4 if at % 2 else 5 for at in range(100)]
    failing = [Bad() if at % 10 == 3 else score for at, score in enumerate(fours)]
    found = Run([Evaluator("judge", JUDGE), Evaluator("exact")], {"judge": failing, "exact": [True] * 100}).document()
    others = [score for score in failing if isinstance(score, int)]
    judge = entry(found, "judge")
    assert measure(found, "judge")["value"] == sum(others) / 90
    assert (judge["n"], judge["unscored"], judge["errors"], judge["causes"]) == (90, 10, 0, {"evaluator": 10})
    assert measure(found, "exact") == measure(Run([Evaluator("exact")], {"exact": [True] * 100}).document(), "exact")


def test_an_error_is_not_zero_where_lower_is_better() -> None:
    found = Run([Evaluator("latency", LATENCY, 0)], {"latency": [1.0, 3.0, Bad("infrastructure")]}).document()
    mean = measure(found, "latency")
    assert mean["value"] == 2.0
    assert mean["ifBest"] == 4 / 3
    assert "ifWorst" not in mean  # how slow it would have been, nobody can say
    assert mean["open"] == 1


def test_each_kind_is_counted_by_itself() -> None:
    answers = [True, Bad("model"), Bad("infrastructure"), Bad("TargetMissing"), SKIPPED, PENDING, None, False]
    found = entry(Run([Evaluator("exact")], {"exact": answers}).document(), "exact")
    counts = {name: found[name] for name in ("n", "attempted", "errors", "unscored", "skipped", "pending")}
    assert counts == {"n": 2, "attempted": 5, "errors": 2, "unscored": 3, "skipped": 1, "pending": 2}


def test_what_is_no_score_of_its_type_is_the_evaluators_error() -> None:
    run = Run([Evaluator("judge", JUDGE)], {"judge": [4]})
    table = run.table()
    table.sample(1)
    table.put(1, 1, "judge", "scored", value=17.0)
    assert table.columns["judge"].causes() == {4: "evaluator"}


@pytest.mark.parametrize(
    ("action", "value", "n", "open_"), [("Exclude", 1.0, 8, 2), ("Fail", 1.0, 8, 2), ("Worst", 0.8, 10, 0)]
)
def test_on_error(action: Action, value: float, n: int, open_: int) -> None:
    answers = [True] * 8 + [Bad("model")] * 2
    found = Run([Evaluator("exact")], {"exact": answers}, Policies(model=action)).document()
    mean = measure(found, "exact")
    assert (mean["value"], mean["n"], mean.get("open", 0)) == (value, n, open_)
    assert entry(found, "exact")["unscored"] == 2
    assert entry(found, "exact").get("atWorst", 0) == (2 if action == "Worst" else 0)


def test_the_worst_is_the_greatest_where_lower_is_better() -> None:
    slow = Evaluator("errors", ScoreType("Numerical", min=0, max=10, lower_is_better=True))
    found = Run([slow], {"errors": [1, 2, Bad()]}, Policies(evaluator="Worst")).document()
    assert measure(found, "errors")["value"] == 13 / 3


def test_what_was_never_tried_is_excluded_whatever_the_policy() -> None:
    answers = [True, Bad("TargetMissing"), Bad("BudgetExhausted")]
    found = Run([Evaluator("exact")], {"exact": answers}, Policies("Worst", "Worst", "Worst")).document()
    assert measure(found, "exact")["n"] == 1
    assert measure(found, "exact")["open"] == 2


def test_worst_is_refused_before_the_run_where_there_is_none() -> None:
    policies = Policies(evaluator="Worst")
    assert policies.refused([("exact", BOOLEAN)]) is None
    assert policies.refused([("latency", LATENCY)]) == (
        "execution.onError.evaluator is Worst, and evaluator 'latency' has no bad end of its range:"
        " give its score a max, or use Exclude"
    )


def test_a_deadline_that_scores_a_part_leaves_the_rest_out() -> None:
    answers = [True, False, PENDING, None]
    waiting = entry(Run([Evaluator("people")], {"people": answers}).document(), "people")
    assert (waiting["pending"], waiting.get("closing")) == (2, None)
    for closing in ("Unknown", "Fail"):
        closed = Run([Evaluator("people")], {"people": answers}, Policies(closing=closing)).document()
        assert (entry(closed, "people")["pending"], entry(closed, "people")["closing"]) == (2, closing)
        assert (closed["score"]["pending"], closed["score"]["closing"]) == (2, closing)
    part = Run([Evaluator("people")], {"people": answers}, Policies(closing="ScorePartial")).document()
    assert (entry(part, "people")["pending"], entry(part, "people")["excluded"]) == (0, 2)
    assert (part["score"]["pending"], part["score"]["excluded"]) == (0, 2)
    assert "open" not in measure(part, "people")


def test_scores_that_nobody_declared_are_kept_and_owe_nothing() -> None:
    run = Run([Evaluator("exact")], {"exact": [True, True]})
    table = run.table()
    table.put(0, 1, "extra", "scored", value=0.25)
    found = document(table, run.evaluators, run.method)
    extra = entry(found, "extra")
    assert (extra["n"], extra["pending"], extra["declared"]) == (1, 0, False)
    assert found["score"]["value"] == 1


def test_a_later_score_of_the_same_sample_replaces_the_earlier_one() -> None:
    table = Run([Evaluator("exact")], {"exact": [True, Bad()]}).table()
    table.put(1, 1, "exact", "scored", value=0.0)
    table.put(0, 1, "exact", "unscored", cause="model")
    column = table.columns["exact"]
    assert (column.cause(column.state(0)), column.state(1), column.values[1]) == ("model", 1, 0.0)


def test_comments_and_json_are_counted_and_have_no_number() -> None:
    run = Run(
        [Evaluator("said", ScoreType("Comment"), 0), Evaluator("raw", ScoreType("JSON"), 0)],
        {"said": ["good", "", Bad()], "raw": ["x", {"a": 1}, PENDING]},
    )
    found = run.document()
    assert (entry(found, "said")["n"], entry(found, "said")["measures"]) == (2, [])
    assert (entry(found, "raw")["n"], entry(found, "raw")["pending"]) == (2, 1)
    assert found["metrics"] == []
    assert "score" not in found


def test_words_that_others_make_up_fill_no_status() -> None:
    run = Run([Evaluator("exact")], {"exact": [Bad(f"cause {at:04} {'x' * 100}") for at in range(300)]})
    causes = entry(run.document(), "exact")["causes"]
    assert len(causes) == 16
    assert sum(causes.values()) == 300
    assert max(map(len, causes)) == 64
    table = run.table()
    table.put(0, 1, "x" * 254, "scored", value=1.0)
    for number in range(100):
        table.put(0, 1, f"extra {number}", "scored", value=1.0)
    assert len(table.columns) == 1 + 64
