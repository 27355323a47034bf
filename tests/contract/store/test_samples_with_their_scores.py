"""Samples and scores read together: each sample once, as it was stored last, with everybody's last word on it."""

from collections.abc import Callable

from referee.store import JoinedSample, JournalRef, RunRef, SampleRow, ScoreRow, Store

Runs = Callable[..., RunRef]


def sample(name: str, epoch: int = 1, **body: object) -> SampleRow:
    return SampleRow(name, epoch, body)


def score(name: str, evaluator: str = "e", source: str = "adapter", **fields: object) -> ScoreRow:
    return ScoreRow(name, 1, evaluator, source, **fields)  # type: ignore[arg-type]  # a test's fields


async def joined(store: Store, ref: JournalRef) -> list[JoinedSample]:
    return [found async for found in store.joined.read(ref)]


def of(run: RunRef, first: int = 1, last: int | None = None) -> JournalRef:
    return JournalRef(run.namespace, run.job_uid, run.index, first, last)


async def test_a_later_attempt_replaces_what_it_did_again(store: Store, run_of: Runs) -> None:
    runs = [run_of(0, attempt) for attempt in (1, 2, 3)]
    await store.journal.put(runs[0], [sample("a", of=1), sample("b", of=1)], [score("a", value=1.0)])
    await store.journal.put(runs[1], [sample("b", of=2), sample("c", of=2)], [score("b", value=2.0)])
    await store.journal.put(runs[2], [sample("a", of=3)], [score("a", value=3.0)])

    found = [(s.sample_id, s.attempt, s.body, [x.value for x in s.scores]) for s in await joined(store, of(runs[0]))]
    assert found == [("a", 3, {"of": 3}, [3.0]), ("b", 2, {"of": 2}, [2.0]), ("c", 2, {"of": 2}, [])]
    assert [(s.sample_id, s.attempt) for s in await joined(store, of(runs[0], 1, 2))] == [("a", 1), ("b", 2), ("c", 2)]


async def test_epochs_are_samples_of_their_own(store: Store, run: RunRef) -> None:
    await store.journal.put(run, [sample("a", 1), sample("a", 2)], [score("a")])

    assert [(s.epoch, len(s.scores)) for s in await joined(store, of(run))] == [(1, 1), (2, 0)]


async def test_nobodys_absence_stands_beside_what_somebody_gave(store: Store, run_of: Runs) -> None:
    first, second = run_of(0, 1), run_of(0, 2)
    pending = [score("a", outcome="pending"), score("a", "open", outcome="pending")]
    await store.journal.put(first, [sample("a")], [*pending, score("a", source="human:anna", value=1.0)])
    await store.journal.put(second, made=[score("a", source="human:anna", outcome="pending")])

    (one,) = await joined(store, of(first))
    assert [(s.evaluator, s.source, s.outcome) for s in one.scores] == [
        ("e", "human:anna", "scored"),
        ("open", "adapter", "pending"),
    ]
    assert await store.joined.evaluators(of(first)) == ["e", "open"]


async def test_pages_of_many(store: Store, run_of: Runs) -> None:
    first, second = run_of(0, 1), run_of(0, 2)
    names = [f"s{number}" for number in range(1500)]
    await store.journal.put(first, [sample(name, text="x" * 2000) for name in names], [score(n) for n in names])
    await store.journal.put(second, [sample(name, text="y") for name in [*names[::7], "last"]])

    found = await joined(store, of(first))

    assert [s.sample_id for s in found] == [*names, "last"]
    assert [s.attempt for s in found[:8]] == [2, 1, 1, 1, 1, 1, 1, 2]
    assert sum(len(s.scores) for s in found) == 1500
