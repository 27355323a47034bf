"""What `put` returned for is there: in a file, or acknowledged by the store."""

import asyncio
import json
from pathlib import Path

import pytest

from referee_adapter import Failure
from referee_evaluators.journal.local import FileJournal
from referee_evaluators.journal.opening import open_journal
from referee_evaluators.journal.remote import GatewayJournal, Patience
from tests.unit.evaluators.journal.contexts import context
from tests.unit.evaluators.keeping import keeping

QUICK = Patience(seconds=0.3, first_delay=0.01, longest_delay=0.05)


def line(number: int) -> bytes:
    scores = [{"evaluator": "exact", "source": "adapter", "outcome": "scored", "value": 1.0}]
    return json.dumps({"sample_id": f"q{number}", "epoch": 1, "output": "x", "scores": scores}).encode() + b"\n"


async def test_a_file_keeps_whole_lines_and_cuts_off_a_torn_one(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    for number in range(3):
        await journal.put(line(number))
    await journal.close()
    with (tmp_path / "samples.jsonl").open("ab") as file:
        file.write(line(3)[:20])
    again = FileJournal(tmp_path)
    past = await again.read("run")
    assert (len(past), past.of("q2", 1).record is not None, past.of("q3", 1).record) == (3, True, None)
    await again.put(line(4))
    await again.close()
    lines = (tmp_path / "samples.jsonl").read_text().splitlines()
    assert [json.loads(text)["sample_id"] for text in lines] == ["q0", "q1", "q2", "q4"]


async def test_lines_that_come_together_are_committed_together(tmp_path: Path) -> None:
    async with keeping() as keeper:
        keeper.slow = 0.05
        journal = GatewayJournal(context(tmp_path, keeper.url))
        await asyncio.gather(*(journal.put(line(number)) for number in range(50)))
        assert keeper.kept == 50
        assert keeper.posts <= 3
        await journal.close()


async def test_a_line_is_not_acknowledged_before_the_store_has_it(tmp_path: Path) -> None:
    async with keeping() as keeper:
        keeper.refusals = [503, 503]
        journal = GatewayJournal(context(tmp_path, keeper.url), QUICK)
        await journal.put(line(1))
        assert (keeper.kept, keeper.posts) == (1, 3)
        await journal.close()


@pytest.mark.parametrize(
    ("status", "reason", "retryable"),
    [(503, "ResultsStoreUnavailable", True), (400, "ResultsStoreRefused", False)],
)
async def test_a_store_that_does_not_take_lines_ends_the_run(
    tmp_path: Path, status: int, reason: str, *, retryable: bool
) -> None:
    async with keeping() as keeper:
        keeper.refusals = [status] * 100
        journal = GatewayJournal(context(tmp_path, keeper.url), QUICK)
        with pytest.raises(Failure) as caught:
            await asyncio.gather(*(journal.put(line(number)) for number in range(5)))
        assert (caught.value.reason, caught.value.retryable) == (reason, retryable)
        await journal.close()


async def test_a_reading_that_breaks_off_goes_on_behind_its_last_line(tmp_path: Path) -> None:
    async with keeping() as keeper:
        for number in range(20):
            keeper.put(json.loads(line(number)))
        keeper.break_after = 7
        journal = GatewayJournal(context(tmp_path, keeper.url), QUICK)
        past = await journal.read("run")
        assert len(past) == 40
        assert all(past.of(f"q{number}", 1).record and past.of(f"q{number}", 1).scores for number in range(20))
        await journal.close()


async def test_a_host_without_a_journal_gets_a_file(tmp_path: Path) -> None:
    async with keeping() as keeper:
        keeper.known.clear()
        journal, past = await open_journal(context(tmp_path, keeper.url), QUICK)
        assert isinstance(journal, FileJournal)
        assert len(past) == 0
        await journal.close()


async def test_the_address_of_a_laptop_holds_a_secret_that_no_message_shows(tmp_path: Path) -> None:
    journal = GatewayJournal(context(tmp_path, "http://127.0.0.1:9/s3cret"), QUICK)
    with pytest.raises(Failure) as caught:
        await journal.read("run")
    assert "s3cret" not in caught.value.message
    await journal.close()
