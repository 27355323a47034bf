"""Checking a schema takes time by its size: what is larger than any answer's schema is refused first."""

from typing import Any

import jsonschema
import pytest

from referee.core.evaluation.schemas import MAX_BYTES, MAX_ITEMS, MAX_VALUES, trouble

# sorting them fails, so that each is compared with each
MIXED: list[Any] = [{"a": number} if number % 2 else number for number in range(MAX_ITEMS + 1)]

LARGE: dict[str, tuple[dict[str, Any], str]] = {
    "a long enum": ({"enum": MIXED}, "it has a list of 501 items; 500 are allowed"),
    "inside": ({"properties": {"a": {"items": {"enum": MIXED}}}}, "it has a list of 501 items; 500 are allowed"),
    "many lists": ({f"x{number}": MIXED[:400] for number in range(3)}, "it has over 1,000 objects and items of lists"),
    "many schemas": ({"properties": {f"p{number}": {} for number in range(MAX_VALUES)}}, "it has over 1,000 objects"),
    "a long text": ({"description": "x" * MAX_BYTES}, "it has 32,786 bytes; 32,768 are allowed"),
    "huge": ({"enum": MIXED * 10_000}, "it has a list of 5,010,000 items; 500 are allowed"),
}


@pytest.mark.parametrize(("schema", "said"), LARGE.values(), ids=LARGE)
def test_what_is_too_large_is_refused_unseen(
    schema: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(jsonschema.Draft202012Validator, "check_schema")
    assert str(trouble(schema)).startswith(f": {said}")


def test_what_is_as_large_as_may_be_is_checked() -> None:
    assert trouble({"enum": MIXED[:MAX_ITEMS]}) is None
    assert trouble({"properties": {f"p{number}": {} for number in range(MAX_ITEMS)}}) is None
    assert trouble({"description": "x" * (MAX_BYTES - 18)}) is None


def test_what_is_nested_too_deeply_is_refused() -> None:
    schema: dict[str, Any] = {}
    for _ in range(900):
        schema = {"not": schema}
    assert trouble(schema) == ": it is nested too deeply"
    for _ in range(100_000):
        schema = {"not": schema}
    assert str(trouble(schema)).startswith(": it has over 1,000 objects")
