"""The depth of documents, told without recursion."""

import json

import pytest

from referee.core.nesting import DEEPEST, deeper_than


def nested(levels: int, inner: object = 1) -> object:
    """Lists and objects in turn, so many of them."""
    for level in range(levels):
        inner = [inner] if level % 2 else {"a": inner}
    return inner


@pytest.mark.parametrize("inner", [1, "text", None])
def test_the_bound_is_the_last_that_is_taken(inner: object) -> None:
    assert not deeper_than(nested(DEEPEST, inner))
    assert deeper_than(nested(DEEPEST + 1, inner))
    assert not deeper_than(nested(3, inner), 3)
    assert deeper_than(nested(4, inner), 3)


@pytest.mark.parametrize("flat", [1, "[[[[", None, [], {}, [1, {"a": []}]])
def test_what_is_flat_is_not_deep(flat: object) -> None:
    assert not deeper_than(flat, 3)


def test_one_deep_branch_among_many_is_found_whatever_its_depth() -> None:
    assert deeper_than({"wide": list(range(1000)), "deep": nested(100_000)})
    assert not deeper_than(json.loads("[" * 50 + "]" * 50))
