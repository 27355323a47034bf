"""The cache, tokens, prices and the budget."""

import asyncio
from pathlib import Path

import pytest

from referee_adapter.spec import Pricing
from referee_evaluators.endpoint.ledger import Ledger, Spent
from referee_evaluators.spec import Budget
from referee_evaluators.types import CallError, Usage
from tests.unit.evaluators.endpoint.asking import QUESTION, asking
from tests.unit.evaluators.serving import Asked, Reply, chat, serving

PRICES = Pricing(input_per_million=100, output_per_million=1000)


def numbered(asked: Asked) -> Reply:
    return chat(f"answer {asked.number}", usage={"prompt_tokens": 10, "completion_tokens": 5})


async def test_an_answer_is_kept_across_runs_and_costs_nothing_again(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "answers.sqlite"
    async with serving(numbered) as model:
        async with asking(model.url, cache=file, pricing=PRICES) as (endpoint, _):
            first = await endpoint.ask(QUESTION, "1")
        async with asking(model.url, cache=file, pricing=PRICES) as (endpoint, ledger):
            again = await endpoint.ask(QUESTION, "1")
        assert len(model.asked) == 1
    assert (again.text, again.cached, again.cost) == (first.text, True, 0)
    assert first.cost == pytest.approx(10 * 100e-6 + 5 * 1000e-6)
    assert (again.usage, again.latency) == (first.usage, first.latency)
    assert (ledger.accounts[0].cache_hits, ledger.accounts[0].tokens) == (1, 0)


async def test_epochs_and_votes_are_not_copies_of_each_other(tmp_path: Path) -> None:
    async with serving(numbered) as model, asking(model.url, cache=tmp_path / "answers") as (endpoint, _):
        answers = [(await endpoint.ask(QUESTION, key)).text for key in ("1", "2", "2/vote 2", "1")]
    assert answers == ["answer 1", "answer 2", "answer 3", "answer 1"]


async def test_another_parameter_is_another_question(tmp_path: Path) -> None:
    async with serving(numbered) as model:
        for temperature in (0, 1):
            parameters = {"temperature": temperature}
            async with asking(model.url, cache=tmp_path / "answers", parameters=parameters) as (endpoint, _):
                await endpoint.ask(QUESTION, "1")
        assert len(model.asked) == 2


async def test_other_headers_are_another_question_and_another_key_to_the_door_is_none(tmp_path: Path) -> None:
    sent = [{"X-Version": "1"}, {"X-Version": "2"}, {"x-version": "2", "authorization": "Bearer renewed"}]
    async with serving(numbered) as model:
        answers = []
        for headers in sent:
            async with asking(model.url, cache=tmp_path / "answers", sent=headers) as (endpoint, _):
                answers.append((await endpoint.ask(QUESTION, "1")).text)
    assert answers == ["answer 1", "answer 2", "answer 2"]


async def test_errors_are_not_kept(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        return chat("", finish="content_filter") if asked.number == 1 else numbered(asked)

    async with serving(answer) as model, asking(model.url, cache=tmp_path / "answers") as (endpoint, _):
        with pytest.raises(CallError):
            await endpoint.ask(QUESTION, "1")
        assert (await endpoint.ask(QUESTION, "1")).text == "answer 2"


async def test_a_refusal_that_says_what_it_took_is_counted() -> None:
    def answer(_: Asked) -> Reply:
        return chat("", finish="content_filter", usage={"prompt_tokens": 7, "completion_tokens": 0})

    async with serving(answer) as model, asking(model.url) as (endpoint, ledger):
        with pytest.raises(CallError):
            await endpoint.ask(QUESTION, "1")
    assert ledger.accounts[0].input_tokens == 7


async def test_tokens_are_estimated_where_the_server_does_not_count() -> None:
    async with serving(lambda _: chat("x" * 40)) as model, asking(model.url) as (endpoint, ledger):
        answer = await endpoint.ask(QUESTION, "1")
    assert answer.usage is not None
    assert (answer.usage.output_tokens, answer.usage.estimated) == (10, True)
    assert ledger.estimated


async def test_a_wide_window_does_not_overrun_the_budget() -> None:
    async def answer(asked: Asked) -> Reply:
        await asyncio.sleep(0.02)
        return numbered(asked)

    async with serving(answer) as model, asking(model.url, budget=Budget(max_tokens=300)) as (endpoint, ledger):
        await endpoint.ask(QUESTION, "0")
        found = await asyncio.gather(*(endpoint.ask(QUESTION, str(i)) for i in range(64)), return_exceptions=True)
    refused = [error for error in found if isinstance(error, CallError)]
    assert {error.cause for error in refused} == {"BudgetExhausted"}
    assert ledger.accounts[0].tokens == 300
    assert len(model.asked) == 20


def test_earlier_pods_have_spent_of_the_same_budget() -> None:
    ledger = Ledger(Budget(max_cost=1.0), earlier=Spent(requests=3, cost=0.95))
    judge = ledger.account(PRICES)
    ledger.begin(judge)
    ledger.end(judge, Usage(100, 40))
    with pytest.raises(CallError, match=r"execution\.budget\.maxCost 1 is used up"):
        ledger.begin(judge)
