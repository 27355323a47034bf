"""What people post: counted, closed once, and known again."""

from collections.abc import Callable

import pytest

from referee.store import Closed, JournalRef, RunRef, SampleRow, ScoreRow, Store, posted_run


@pytest.fixture
def ref(run_of: Callable[..., RunRef]) -> JournalRef:
    run = run_of()
    return JournalRef(run.namespace, run.job_uid, 0, 2)


@pytest.fixture
def posted(ref: JournalRef) -> RunRef:
    return posted_run("capitals", ref)


def label(sample: str, evaluator: str = "tone", source: str = "human:anna", **fields: object) -> ScoreRow:
    return ScoreRow(sample, 1, evaluator, source, **{"value": 1.0, **fields})  # type: ignore[arg-type]  # a test's


def outputs(*samples: str, epoch: int = 1) -> list[SampleRow]:
    return [SampleRow(sample, epoch, {"output": sample}) for sample in samples]


async def test_each_post_is_a_revision(store: Store, posted: RunRef) -> None:
    assert await store.postings.get(posted) is None
    first = await store.postings.put(posted, outputs("a"))
    second = await store.postings.put(posted, made=[label("a")])

    found = await store.postings.get(posted)
    assert found is not None
    assert (first, second, found.revision, found.closed) == (1, 2, 2, None)


async def test_what_people_post_is_in_the_runs_journal(store: Store, ref: JournalRef, posted: RunRef) -> None:
    await store.postings.put(posted, outputs("a"), [label("a")])

    assert [row.attempt async for row in store.journal.samples(ref)] == [2]
    assert [row.source async for row in store.journal.scores(ref)] == ["human:anna"]


async def test_a_closed_run_takes_nothing_but_what_it_has(store: Store, posted: RunRef) -> None:
    await store.postings.put(posted, outputs("a", "b"), [label("a")])
    closed = await store.postings.close(posted)

    assert (closed.revision, (await store.postings.close(posted)).revision) == (2, 2)
    assert await store.postings.put(posted, outputs("b"), [label("a")]) == 2
    for rows, made in ((outputs("c"), ()), ((), [label("a", value=0.0)]), ((), [label("b")])):
        with pytest.raises(Closed):
            await store.postings.put(posted, rows, made)


async def test_once_its_outputs_are_there_it_still_takes_scores(store: Store, posted: RunRef) -> None:
    await store.postings.put(posted, outputs("a"))
    assert (await store.postings.close(posted, outputs_only=True)).closed is None

    assert await store.postings.put(posted, made=[label("a")]) == 3
    with pytest.raises(Closed):
        await store.postings.put(posted, outputs("b"))
    assert (await store.postings.close(posted)).closed is not None


async def test_a_tally_counts_samples_and_those_that_are_settled(
    store: Store, ref: JournalRef, posted: RunRef, run_of: Callable[..., RunRef]
) -> None:
    """Of samples that nobody knows no score counts; labels are counted by who gave them."""
    adapters = run_of(0, 2)
    await store.journal.put(
        adapters, [*outputs("a", "b", "c"), *outputs("a", epoch=2)], [label("c", outcome="pending")]
    )
    await store.journal.put(run_of(0, 1), outputs("of an earlier plan"))
    await store.postings.put(
        posted, made=[label("a"), label("a", source="human:bert"), label("b"), label("stranger"), label("a", "grade")]
    )

    assert (await store.postings.tally(ref, {})).samples == 4
    assert (await store.postings.tally(ref, {"tone": 1, "grade": 1})).settled == {"tone": 2, "grade": 1}
    assert (await store.postings.tally(ref, {"tone": 2})).settled == {"tone": 1}


@pytest.mark.parametrize("outcome", ["unscored", "skipped"])
async def test_a_sample_that_the_adapter_gave_up_or_left_out_needs_no_labels(
    store: Store, ref: JournalRef, posted: RunRef, run_of: Callable[..., RunRef], outcome: str
) -> None:
    gone = label("a", source="adapter", outcome=outcome, value=None)
    await store.journal.put(run_of(0, 2), outputs("a", "b"), [gone])
    await store.postings.put(posted, made=[label("b")])

    assert (await store.postings.tally(ref, {"tone": 2})).settled == {"tone": 1}


async def test_a_label_that_says_it_does_not_apply_counts_as_one(store: Store, ref: JournalRef, posted: RunRef) -> None:
    skips = label("a", source="human:bert", outcome="skipped", value=None)
    await store.postings.put(posted, outputs("a", "b"), [label("a"), skips, label("b")])

    assert (await store.postings.tally(ref, {"tone": 2})).settled == {"tone": 1}


async def test_samples_that_are_none_of_the_run_are_named(
    store: Store, ref: JournalRef, run_of: Callable[..., RunRef]
) -> None:
    await store.journal.put(run_of(0, 3), outputs(*(f"s{number}" for number in range(2500))))

    wanted = [(f"s{number}", 1) for number in range(2500)]
    assert await store.postings.unknown(ref, [*wanted, ("s1", 2), ("x", 1)]) == [("s1", 2), ("x", 1)]


async def test_every_posting_is_found_again(store: Store, posted: RunRef) -> None:
    await store.postings.put(posted, outputs("a"))

    assert posted in [posting.run async for posting in store.postings.all()]
