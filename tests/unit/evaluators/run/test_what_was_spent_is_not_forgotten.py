"""What judges cost after a restart stands in the journal like all that was spent before it."""

from pathlib import Path

import pytest

from tests.unit.evaluators.keeping import Json, Keeper, keeping
from tests.unit.evaluators.running import EXACT, job, laid, ran, rows
from tests.unit.evaluators.serving import Asked, chat, serving

N = 6
ANSWERED = {"requests": N, "inputTokens": 3 * N, "outputTokens": 2 * N}
JUDGED = {"requests": 2 * N, "inputTokens": 13 * N, "outputTokens": 7 * N}


def parrot(asked: Asked) -> Json:
    return chat(asked.question, usage={"prompt_tokens": 3, "completion_tokens": 2})


def generous(_: Asked) -> Json:
    return chat('{"reasoning": "so", "score": 4}', usage={"prompt_tokens": 10, "completion_tokens": 5})


def judge(url: str) -> Json:
    return {
        "name": "stars",
        "type": "LLM",
        "digest": "sha256:stars",
        "arguments": "TargetFree",
        "score": {"type": "Numerical", "min": 1, "max": 5},
        "weight": 1,
        "llm": {"model": {"url": url, "name": "judge"}, "prompt": "Stars for: {{ output }}"},
    }


async def spent(
    directory: Path, keeper: Keeper, model: str, evaluators: list[Json], attempt: int, **own: object
) -> Json:
    """Run an attempt; what its result says of requests and tokens, of all attempts together."""
    keeper.attempt = attempt
    evaluation = {"dataset": {"inline": rows(N)}, "evaluators": evaluators}
    path = laid(directory, job(model, keeper.url, evaluation, attempt=attempt, **own))
    assert await ran(path) == 0
    usage: Json = keeper.result["usage"]
    return {name: usage[name] for name in ANSWERED}


@pytest.mark.parametrize("attempts", [(1, 1, 1), (1, 2, 3), (1, 2, 2)], ids=str)
async def test_judges_that_are_asked_after_a_restart_stay_paid(tmp_path: Path, attempts: tuple[int, ...]) -> None:
    async with serving(parrot) as model, serving(generous) as other, keeping() as keeper:
        first, second, third = attempts
        both = [EXACT, judge(other.url)]
        assert await spent(tmp_path, keeper, model.url, [EXACT], first) == ANSWERED
        assert await spent(tmp_path, keeper, model.url, both, second) == JUDGED
        before = {sample["sample_id"]: sample for sample in keeper.samples["run"][:N]}
        assert await spent(tmp_path, keeper, model.url, both, third) == JUDGED

        for sample in keeper.samples["run"]:
            was = before[sample["sample_id"]]
            assert [sample[name] for name in ("input", "output", "key")] == [was[n] for n in ("input", "output", "key")]
        assert (len(model.asked), len(other.asked)) == (N, N)


async def test_a_later_attempt_keeps_to_what_is_left_of_the_budget(tmp_path: Path) -> None:
    """Of 90 tokens all but the last few are spent by two attempts before the third asks."""
    async with serving(parrot) as model, serving(generous) as other, keeping() as keeper:
        await spent(tmp_path, keeper, model.url, [EXACT], 1)
        await spent(tmp_path, keeper, model.url, [EXACT, judge(other.url)], 2)
        asked = len(other.asked)
        budget = {"budget": {"maxTokens": sum(JUDGED.values()) - JUDGED["requests"]}}
        another = {**judge(other.url), "name": "again", "digest": "sha256:again"}

        evaluators = [EXACT, judge(other.url), another]
        await spent(tmp_path, keeper, model.url, evaluators, 3, execution=budget)

        assert len(other.asked) == asked
