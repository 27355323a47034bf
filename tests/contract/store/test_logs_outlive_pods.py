from collections.abc import Callable

import pytest

from referee.store import LogPiece, RunRef, Store

LINES = "2026-01-01T00:00:00.1Z starting\n2026-01-01T00:00:01.2Z schön\n"


async def read(store: Store, job_uid: str, index: int | None = None) -> list[LogPiece]:
    return [piece async for piece in store.logs.read(job_uid, index)]


async def test_a_log_is_read_as_it_was_put(store: Store, run: RunRef) -> None:
    await store.logs.put(run, "pod-1", "adapter", LINES)

    assert await read(store, run.job_uid) == [LogPiece(run, "pod-1", "adapter", LINES, truncated=False)]


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


async def test_of_a_log_that_is_too_long_both_ends_are_kept_in_whole_lines(
    store: Store, run: RunRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referee.store.logs.HEAD_BYTES", 100)
    monkeypatch.setattr("referee.store.logs.TAIL_BYTES", 200)
    lines = [f"2026-01-01T00:00:{i:02d}Z line {i}" for i in range(60)]
    await store.logs.put(run, "pod-1", "adapter", "\n".join(lines) + "\n")

    (piece,) = await read(store, run.job_uid)

    kept = piece.text.splitlines()
    assert piece.truncated
    assert kept[:3] == lines[:3]
    assert kept[4:] == lines[-len(kept[4:]) :]
    left_out = sum(len(line) + 1 for line in lines[3 : 60 - len(kept[4:])])
    assert kept[3] == f"[{left_out} bytes of the log were left out here]"


async def test_anything_that_a_container_writes_is_kept(store: Store, run: RunRef) -> None:
    text = "2026-01-01T00:00:00Z \0 \x1b[31m \U0001f600\n"
    await store.logs.put(run, "pod-1", "adapter", text)

    assert [piece.text for piece in await read(store, run.job_uid)] == [text]
