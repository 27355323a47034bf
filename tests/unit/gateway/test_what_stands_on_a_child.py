"""A result beside its child: cut to size, naming the whole where it lacks any of it."""

from typing import Any

import pytest

from referee.core.result import MAX_BYTES, canonical, digest, from_document
from referee.gateway.errors import TooLarge
from referee.gateway.reporting.summary import summary_of
from tests.unit.gateway.posting import RESULT

MANY = [{"name": f"subset_{number}", "value": 0.5} for number in range(1500)]


def test_what_is_all_there_names_nothing() -> None:
    assert summary_of(RESULT, frozenset()) == RESULT
    assert from_document(RESULT).digest == digest(RESULT)


def test_what_only_readers_want_is_left_to_the_store() -> None:
    whole = {**RESULT, "artifacts": {"log": "x"}, "phase": "completed"}

    small = summary_of(whole, frozenset())

    assert small == {**RESULT, "digest": digest(whole)}
    read = from_document(small)
    assert (read.digest, read.truncated) == (digest(whole), False)


def test_a_result_that_is_too_large_keeps_what_is_gated() -> None:
    gated: list[dict[str, Any]] = [{"name": "acc,none", "value": 0.35}, {"name": "acc_stderr,none", "value": 0.05}]
    large = {**RESULT, "metrics": [*MANY, *gated], "slices": [{"by": "subset", "value": "math", "metrics": MANY[:10]}]}

    small = summary_of(large, {"acc"})

    metrics = small["metrics"]
    assert isinstance(metrics, list)
    assert len(canonical(small)) <= MAX_BYTES
    assert (small["truncated"], small["digest"]) == (True, digest(large))
    assert metrics[-2:] == gated
    assert metrics[0] == MANY[0]
    assert "slices" not in small


def test_a_large_result_with_more_names_the_whole_of_it() -> None:
    large = {**RESULT, "metrics": MANY, "artifacts": {"log": "x" * 50_000}}

    assert summary_of(large, frozenset())["digest"] == digest(large)


def test_what_cannot_be_cut_is_too_large() -> None:
    with pytest.raises(TooLarge, match="even when cut"):
        summary_of({**RESULT, "reason": "x" * 40_000}, frozenset())
