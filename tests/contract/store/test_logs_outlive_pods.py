from collections.abc import Callable

import pytest

from referee.store import LogPiece, RunRef, Store

LINES = "2026-01-01T00:00:00.1Z starting\n2026-01-01T00:00:01.2Z schön\n"


async def read(store: Store, job_uid: str, index: int | None = None) -> list[LogPiece]:
    return [piece async for piece in store.logs.read(job_uid, index)]


async def test_a_log_is_read_as_it_was_put(store: Store, run: RunRef) -> None:
    await store.logs.put(run, "pod-1", "adapter", LINES)

    assert await read(store, run.job_uid) == [LogPiece(run, "pod-1", "adapter", LINES, left_out=0)]


async def test_pods_and_containers_come_in_the_order_in_which_they_were_kept(
    store: Store, run_of: Callable[..., RunRef]
) -> None:
    later, earlier = run_of(1), run_of(0)
    for run, pod, container in (
        (later, "pod-3", "adapter"),
        (earlier, "pod-2", "agent"),
        (earlier, "pod-2", "adapter"),
        (earlier, "pod-1", "adapter"),
    ):
        await store.logs.put(run, pod, container, LINES)

    assert [(piece.pod, piece.container) for piece in await read(store, later.job_uid)] == [
        ("pod-2", "agent"),
        ("pod-2", "adapter"),
        ("pod-1", "adapter"),
        ("pod-3", "adapter"),
    ]
    assert [piece.pod for piece in await read(store, later.job_uid, 1)] == ["pod-3"]


async def test_a_longer_log_replaces_a_shorter_one_and_never_the_other_way(store: Store, run: RunRef) -> None:
    for text in (LINES[:30], LINES, LINES[:30]):
        await store.logs.put(run, "pod-1", "adapter", text)

    assert [piece.text for piece in await read(store, run.job_uid)] == [LINES]


async def test_of_a_log_that_is_too_long_the_last_whole_lines_are_kept(
    store: Store, run: RunRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referee.store.logs.KEPT_BYTES", 200)
    lines = [f"2026-01-01T00:00:{i:02d}Z line {i}\n" for i in range(60)]
    await store.logs.put(run, "pod-1", "adapter", "".join(lines))

    (piece,) = await read(store, run.job_uid)

    assert piece.text == "".join(lines[-6:])
    assert piece.left_out == len("".join(lines[:-6]))


async def test_a_line_that_fits_exactly_is_kept(store: Store, run: RunRef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("referee.store.logs.KEPT_BYTES", 5)
    await store.logs.put(run, "pod-1", "adapter", "lost\nkept\n")

    assert [(piece.text, piece.left_out) for piece in await read(store, run.job_uid)] == [("kept\n", 5)]


async def test_of_two_ends_of_a_long_log_the_later_one_counts_also_when_it_is_shorter(
    store: Store, run: RunRef
) -> None:
    """Whole lines within a limit: what is kept of a longer log may be a little less."""
    for text, left_out in (("a long line\n", 100), ("end\n", 112), ("a long line\n", 100)):
        await store.logs.put(run, "pod-1", "adapter", text, left_out)

    assert [(piece.text, piece.left_out) for piece in await read(store, run.job_uid)] == [("end\n", 112)]


async def test_anything_that_a_container_writes_is_kept(store: Store, run: RunRef) -> None:
    text = "2026-01-01T00:00:00Z \0 \x1b[31m \U0001f600\n"
    await store.logs.put(run, "pod-1", "adapter", text)

    assert [piece.text for piece in await read(store, run.job_uid)] == [text]
