"""What a measure would be, had all that is unscored been at its worst, or at its best."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referee.core.evaluation.scoretype import ScoreType
from referee.core.stats import wilson
from tests.unit.core.evaluation.runs import JUDGE, Bad, Evaluator, Run, measure

SHARE = ScoreType("Numerical", min=0, max=1)
LOWER = ScoreType("Numerical", min=0, max=1, lower_is_better=True)


def mean_of(type_: ScoreType, answers: list[Any], name: str = "Mean") -> dict[str, Any]:
    return measure(Run([Evaluator("it", type_)], {"it": answers}).document(), "it", name)  # type: ignore[arg-type]


def test_the_interval_is_made_anew_where_that_is_further() -> None:
    # A hundred right answers are narrow; with five wrong ones beside them they are not any more.
    found = mean_of(ScoreType("Boolean"), [True] * 100 + [Bad()] * 5)
    anew = wilson.interval(100 / 105, 105, 0.95)
    assert anew is not None
    assert found["worstLow"] == anew.low
    assert found["worstLow"] < found["ciLow"] - (1 - 100 / 105)
    assert (found["ifWorst"], found["ifBest"]) == (100 / 105, 1.0)


def test_and_moved_where_more_samples_would_narrow_it() -> None:
    # Wrong answers beside wrong ones would only make it more certain.
    found = mean_of(ScoreType("Boolean"), [False] * 5 + [True] + [Bad()] * 100)
    moved = found["ciLow"] + found["ifWorst"] - found["value"]
    assert found["worstLow"] == moved < 0


def test_where_lower_is_better_the_worst_is_above() -> None:
    found = mean_of(LOWER, [0.2, 0.3, 0.2, 0.1, Bad()])
    assert (found["ifWorst"], found["ifBest"]) == (pytest.approx(1.8 / 5), pytest.approx(0.8 / 5))
    assert found["worstHigh"] > found["ciHigh"]
    assert found["bestLow"] < found["ciLow"]
    assert found["lowerIsBetter"] is True


def test_a_percentile_is_made_anew_from_all_samples() -> None:
    run = Run([Evaluator("it", JUDGE)], {"it": [5, 5, 5, 1, 1, Bad(), Bad()]})
    table = run.table()
    from_document = measure(run.document(), "it")
    assert from_document["ifWorst"] == pytest.approx(19 / 7)
    assert table.size == 7


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=30),
    st.integers(0, 20),
    st.integers(1, 10),
    st.sampled_from([SHARE, LOWER]),
    st.sampled_from([0.6, 0.95, 0.999]),
)
def test_one_more_that_is_unscored_never_makes_the_worst_better(
    values: list[float], missing: int, more: int, type_: ScoreType, confidence: float
) -> None:
    def worst(count: int) -> tuple[float, float]:
        answers = [*values, *[Bad()] * count]
        found = measure(Run([Evaluator("it", type_)], {"it": answers}, confidence=confidence).document(), "it")
        sign = -1 if type_.lower_is_better else 1
        end = "High" if type_.lower_is_better else "Low"
        value = found.get("ifWorst", found["value"])
        return sign * value, sign * min(
            (found[key] for key in (f"worst{end}", f"ci{end}") if key in found), key=lambda e: sign * e
        )

    fewer, many = worst(missing), worst(missing + more)
    assert many[0] <= fewer[0] + 1e-12
    assert many[1] <= fewer[1] + 1e-12
