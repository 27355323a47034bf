"""Golden table, worked out by hand, and the kept libraries' own defaults where they apply."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer  # type: ignore[import-untyped]

from referee.core.evaluation.scoretype import ScoreType
from referee_adapter import Failure
from referee_evaluators.evaluators import build
from tests.unit.evaluators.samples import BOOLEAN, SHARE, TOOLS, grader, sample, value

METRICS = ("BLEU", "ROUGE1", "ROUGEL", "CHRF", "Levenshtein", "TokenF1")
SAT, IS = "the cat sat on the mat", "the cat is on the mat"


async def similarity(metric: str, output: str, target: Any) -> float:
    return await value(grader("similarity", {"metric": metric}, SHARE), sample(output, target))


@pytest.mark.parametrize(
    ("metric", "output", "target", "expected"),
    [
        # precisions 5/6, 3/5, 1/4, and 1/(2 x 3) for the order without a match; equal lengths
        ("BLEU", SAT, IS, (5 / 6 * 3 / 5 * 1 / 4 * 1 / 6) ** (1 / 4)),
        # one word: only the first order is counted
        ("BLEU", "cat", "cat", 1),
        ("BLEU", "The cat", "the cat", (1 / 2 * 1 / 2) ** (1 / 2)),
        # five words in common of six and six
        ("ROUGE1", SAT, IS, 5 / 6),
        ("ROUGEL", SAT, IS, 5 / 6),
        ("ROUGE1", "mat the on", "the on mat", 1),
        ("ROUGEL", "mat the on", "the on mat", 2 / 3),
        ("ROUGE1", "cats", "cat", 0),
        ("ROUGE1", "The CAT.", "the cat", 1),
        ("ROUGE1", "η γάτα κάθισε", "η γάτα έφυγε", 2 / 3),
        ("ROUGEL", "1,234 people", "1 234 people", 1),
        # characters: 1 of 2, pairs: 0 of 1
        ("CHRF", "ab", "ac", 0.25),
        ("CHRF", "\u732b\u304c\u597d\u304d", "\u732b\u304c\u597d\u304d", 1),
        # three edits, seven letters
        ("Levenshtein", "kitten", "sitting", 1 - 3 / 7),
        ("Levenshtein", "1,234", "1234", 0.8),
        ("Levenshtein", "1e3", "1e4", 2 / 3),
        ("Levenshtein", "-0", "0", 0.5),
        ("Levenshtein", "a b", "a\u00a0b", 2 / 3),
        # articles and punctuation do not count: two words in common of two and three
        ("TokenF1", "the cat sat", "A cat sat, down!", 0.8),
        ("TokenF1", "cat cat", "cat", 2 / 3),
        ("TokenF1", "1,234", "1234", 1),
        ("TokenF1", "1e3", "1000", 0),
        ("TokenF1", "-0", "0", 1),
        ("TokenF1", "the", "a", 1),
        ("TokenF1", "the", "cat", 0),
    ],
)
async def test_values_worked_out_by_hand(metric: str, output: str, target: str, expected: float) -> None:
    assert await similarity(metric, output, target) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", METRICS)
async def test_what_holds_for_all_of_them(metric: str) -> None:
    assert await similarity(metric, "", "") == 1
    assert await similarity(metric, " \n", "") == 1
    assert await similarity(metric, "", "cat") == 0
    assert await similarity(metric, "cat", "") == 0
    assert await similarity(metric, "un caf\u00e9 noir", "un cafe\u0301 noir") == 1
    assert await similarity(metric, "zebra", ["horse", "zebra"]) == 1
    assert await similarity(metric, "zebra", {"answer": "zebra"}) == 1
    assert await similarity(metric, "42", 42) == 1
    assert await similarity(metric, SAT, SAT) == 1


@given(st.text(alphabet="ab cD.,'-9\n", max_size=40), st.text(alphabet="ab cD.,'-9\n", max_size=40))
async def test_rouge_is_the_librarys_own_for_ascii(output: str, target: str) -> None:
    if not output.strip() and not target.strip():
        return
    theirs = RougeScorer(["rouge1", "rougeL"], use_stemmer=False).score(target, output)
    assert await similarity("ROUGE1", output, target) == pytest.approx(theirs["rouge1"].fmeasure, abs=1e-12)
    assert await similarity("ROUGEL", output, target) == pytest.approx(theirs["rougeL"].fmeasure, abs=1e-12)


@given(st.sampled_from(METRICS), st.text(max_size=60), st.text(max_size=60))
async def test_every_value_is_within_the_range(metric: str, output: str, target: str) -> None:
    assert 0 <= await similarity(metric, output, target) <= 1


def test_a_boolean_score_needs_to_know_from_where_on_it_is_true() -> None:
    with pytest.raises(Failure, match="gives a number; say with score"):
        build(grader("similarity", {"metric": "CHRF"}, BOOLEAN), TOOLS)


async def test_a_boolean_score_by_its_passing_value() -> None:
    close = grader("similarity", {"metric": "Levenshtein"}, ScoreType(type="Boolean", passing=0.5))
    assert await value(close, sample("kitten", "sitting")) == 1
    assert await value(close, sample("dog", "sitting")) == 0
