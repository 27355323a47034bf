"""How answers are read, what votes come to, and that a judge's faults are never scores."""

import random
from collections.abc import Mapping
from statistics import fmean
from typing import Any

import pytest

from referee.core.evaluation.scoretype import Choice, ScoreType
from referee_evaluators.evaluators import build
from referee_evaluators.evaluators.judging.agreeing import SelfAgreement
from referee_evaluators.types import CallError, Score
from tests.unit.evaluators.judges.bench import STARS, Bench, judge, says
from tests.unit.evaluators.samples import BOOLEAN, outputs, sample, scored

LABEL = ScoreType(type="Categorical", choices=(Choice("good", 1), Choice("bad", 0)))


@pytest.mark.parametrize(
    "answer",
    [
        '{"reasoning": "r", "score": 4}',
        ' \n{"score": 4, "reasoning": "r"}\n',
        '```json\n{"reasoning": "r", "score": 4}\n```',
        'I thought about it.\n```\n{"reasoning": "r", "score": 4}\n```\nThat is all.',
        '<think>Perhaps {"score": 1}? No.</think>{"reasoning": "r", "score": 4}',
        'First {"score": 2}, but in the end {"reasoning": "r", "score": 4}.',
        'Weights {a, b} and {"note": 1}; {"reasoning": "r", "score": 4.0}',
        '{"reasoning": "r", "score": 4, "confidence": "high"}',
    ],
)
async def test_answers_that_can_be_read(answer: str) -> None:
    bench = Bench([answer])
    score = await scored(judge(), sample("x"), bench.tools())
    assert (score.outcome, score.value, score.explanation, score.source) == ("scored", 4, "r", "judge")
    assert len(bench.asked) == 1
    assert score.duration is not None


@pytest.mark.parametrize(
    "answer", [None, "", "4", "Score: 4", "{score: 4}", '{"rating": 4}', "[4]", '{"score": NaN}', '{"score": 4']
)
async def test_an_answer_that_cannot_be_read_is_asked_for_once_more(answer: str | None) -> None:
    bench = Bench([answer, says(4)])
    score = await scored(judge(), sample("x"), bench.tools())
    assert (score.value, score.votes[0]["vote"]) == (4, 1)
    assert score.votes[0]["reminded"]
    first, second = bench.asked
    assert second["messages"][:1] == first["messages"]
    assert second["messages"][1] == {"role": "assistant", "content": answer or ""}
    assert second["messages"][2]["content"].startswith("Your answer could not be read: it ")
    assert bench.keys[0] != bench.keys[1]


async def test_after_one_reminder_it_is_an_error() -> None:
    bench = Bench(["hm", "hm"])
    score = await scored(judge(), sample("x"), bench.tools())
    assert (score.outcome, score.cause, score.value) == ("unscored", "evaluator", None)
    assert score.error == "the judge's answer cannot be read: it has no JSON object with the key 'score'"
    assert score.votes[0]["answer"] == "hm"
    assert len(bench.asked) == 2


@pytest.mark.parametrize(
    ("type_", "given", "error"),
    [
        (STARS, 6, "6 is above the greatest score, 5"),
        (STARS, 0, "0 is below the least score, 1"),
        (STARS, "4", "'4' is no number"),
        (BOOLEAN, "yes", "'yes' is neither true nor false"),
        (LABEL, "fine", "'fine' is not among the choices good, bad"),
        (LABEL, None, "no value: an evaluator that has nothing to say must skip the sample"),
    ],
)
async def test_what_is_out_of_its_type_is_an_error_and_neither_clamped_nor_asked_for_again(
    type_: ScoreType, given: Any, error: str
) -> None:
    bench = Bench([says(given)])
    score = await scored(judge(type_), sample("x"), bench.tools())
    assert (score.outcome, score.cause, score.value, score.error) == ("unscored", "evaluator", None, error)
    assert len(bench.asked) == 1


DOWN = CallError("infrastructure", "503")
YES, NO = (says(given) for given in (True, False))


@pytest.mark.parametrize(
    ("type_", "answers", "outcome", "value"),
    [
        (STARS, [says(1), says(5), says(4)], "scored", 4),
        (STARS, [says(1), says(5), DOWN], "scored", 3),
        (STARS, [says(1), DOWN, DOWN], "unscored", None),
        (STARS, [says(1), says(9), says(4)], "scored", 2.5),
        (STARS, [DOWN, DOWN, DOWN], "unscored", None),
        (BOOLEAN, [YES, NO, YES], "scored", 1),
        (BOOLEAN, [YES, NO, DOWN], "unscored", None),
        (BOOLEAN, [NO, NO, DOWN], "scored", 0),
        (LABEL, [says("bad"), says("good"), says("bad")], "scored", 0),
        (LABEL, [says("bad"), says("fine"), says("good")], "unscored", None),
        (STARS, [says(5), says(5), says(1), says(2), DOWN], "scored", 3.5),
    ],
)
async def test_what_votes_come_to(type_: ScoreType, answers: list[Any], outcome: str, value: float | None) -> None:
    bench = Bench(list(answers))
    score = await scored(judge(type_, votes=len(answers)), sample("x"), bench.tools())
    assert (score.outcome, score.value) == (outcome, value)
    assert [vote["vote"] for vote in score.votes] == list(range(1, len(answers) + 1))
    assert sum("error" in vote for vote in score.votes) == sum(
        not isinstance(answer, str) or '"fine"' in answer or " 9}" in answer for answer in answers
    )


async def test_numbers_by_majority_where_that_is_asked() -> None:
    bench = Bench([says(5), says(5), says(1), says(2), says(3)])
    score = await scored(judge(votes=5, aggregation="Majority"), sample("x"), bench.tools())
    assert score.value == 5
    tie = Bench([says(5), says(4), says(1)])
    score = await scored(judge(votes=3, aggregation="Majority"), sample("x"), tie.tools())
    assert (score.outcome, score.error) == ("unscored", "a tie: 5, 4, 1")


async def test_the_reason_is_that_of_a_vote_that_was_followed() -> None:
    bench = Bench([says("good", "a"), says("bad", "b"), says("bad", "c")])
    score = await scored(judge(LABEL, votes=3), sample("x"), bench.tools())
    assert (score.label, score.explanation) == ("bad", "[2 of 3 votes: bad] b")


async def test_a_judge_without_money_is_told_from_a_judge_that_fails() -> None:
    broke = CallError("BudgetExhausted", "the budget of 5 USD is used up")
    score = await scored(judge(), sample("x"), Bench([broke]).tools())
    assert (score.outcome, score.cause) == ("unscored", "BudgetExhausted")
    score = await scored(judge(), sample("x"), Bench([CallError("model", "too long"), says(1)]).tools())
    assert score.outcome == "scored"
    score = await scored(judge(), sample("x"), Bench([CallError("infrastructure", "503")]).tools())
    assert (score.cause, score.error) == ("evaluator", "the judge did not answer: 503")


async def test_a_sample_that_lacks_what_the_prompt_needs_is_its_own_error() -> None:
    bench = Bench([says(4)])
    asking = build(judge(prompt="{{ metadata.ideal_output }}"), bench.tools())
    (lost,) = await asking.score(sample("x"))
    (fine,) = await asking.score(sample("x", metadata={"ideal_output": "y"}))
    assert (lost.outcome, lost.cause, lost.source) == ("unscored", "evaluator", "judge")
    assert "ideal_output" in str(lost.error)
    assert fine.value == 4


async def test_a_judge_that_needs_a_target_is_not_asked_without_one() -> None:
    bench = Bench([])
    score = await scored(judge(arguments="TargetRequired"), sample("x"), bench.tools())
    assert (score.cause, score.source, bench.asked) == ("TargetMissing", "judge", [])


async def test_one_key_that_is_missing_leaves_the_others_their_score() -> None:
    both = judge(outputs=outputs(kind=BOOLEAN, stars=STARS))
    scores = await build(both, Bench(['{"scores": {"kind": true}}']).tools()).score(sample("x"))
    assert [(score.evaluator, score.outcome, score.error) for score in scores] == [
        ("tone.kind", "scored", None),
        ("tone.stars", "unscored", "the answer has no key 'stars'"),
    ]


async def test_agreement_of_a_judge_with_itself() -> None:
    bench = Bench([says(4), says(4), says(5), says(3), says(3), says(3)])
    asking = build(judge(votes=3), bench.tools())
    agreement = SelfAgreement()
    for number in range(2):
        for score in await asking.score(sample("x", id=str(number))):
            agreement.take(score)
    agreement.take(Score("people", "scored", value=1, votes=(1, 1, 0)))
    assert agreement.of("tone") == {"votes": {"measure": "Raw", "value": pytest.approx((1 / 3 + 1) / 2), "n": 2}}
    assert agreement.of("people") == {}


@pytest.mark.parametrize("fault", [says(9), "no idea", CallError("infrastructure", "503"), CallError("model", "400")])
@pytest.mark.parametrize("votes", [1, 3])
async def test_a_judge_that_fails_on_one_call_in_ten_leaves_the_mean_of_the_others_unchanged(
    fault: str | CallError, votes: int
) -> None:
    true = {f"answer {number}": 1 + number % 5 for number in range(200)}
    faulty = random.Random(7)  # noqa: S311 - which calls fail

    def answer(request: Mapping[str, Any], _key: str) -> str | CallError:
        return fault if faulty.random() < 0.1 else says(worth(request))

    def worth(request: Mapping[str, Any]) -> int:
        return true[request["messages"][0]["content"].partition("\n")[0]]

    async def all_scores(bench: Bench) -> dict[str, Any]:
        asking = build(judge(prompt="{{ output }}", votes=votes), bench.tools())
        return {text: (await asking.score(sample(text, id=text)))[0] for text in true}

    scores = await all_scores(Bench(answer))
    lost = {text for text, score in scores.items() if score.outcome != "scored"}
    found = {text: score.value for text, score in scores.items() if score.outcome == "scored"}
    assert found == {text: true[text] for text in true if text not in lost}
    assert fmean(found.values()) == fmean(true[text] for text in found)
    assert all(scores[text].cause == "evaluator" and scores[text].error for text in lost)
    assert sum("error" in vote for score in scores.values() for vote in score.votes) > 0
