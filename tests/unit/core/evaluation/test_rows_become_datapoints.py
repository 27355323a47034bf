"""Rows as people have them in their files, and the datapoint that each is, written by hand."""

from collections.abc import Mapping
from typing import Any

import pytest

from referee.core.evaluation.datapoint import Datapoint
from referee.core.evaluation.rows import RowError, mapping_trouble, of_row

CHAT = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2+2?"}]
CALL = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "add", "arguments": "{}"}}]}
TOOL = {"type": "function", "function": {"name": "add"}}

TAKEN: dict[str, tuple[dict[str, Any], Datapoint]] = {
    "our own names": (
        {"id": "a", "input": "2+2?", "target": "4", "output": "four", "metadata": {"language": "en"}},
        Datapoint("a", "2+2?", None, None, "4", "four", {"language": "en"}),
    ),
    "Humanloop's inputs": (
        {"id": "a", "inputs": {"country": "France"}, "target": {"city": "Paris"}},
        Datapoint("a", {"country": "France"}, target={"city": "Paris"}),
    ),
    "question and answer": ({"id": "a", "question": "2+2?", "answer": "4"}, Datapoint("a", "2+2?", target="4")),
    "prompt and completion": (
        {"id": "a", "prompt": "2+2?", "completion": "4"},
        Datapoint("a", "2+2?", output="4"),
    ),
    "input and expected": ({"id": "a", "input": "2+2?", "expected": 4}, Datapoint("a", "2+2?", target=4)),
    "expected_output": ({"id": "a", "input": "x", "expected_output": "4"}, Datapoint("a", "x", target="4")),
    "expectedOutput": ({"id": "a", "input": "x", "expectedOutput": "4"}, Datapoint("a", "x", target="4")),
    "response": ({"id": "a", "input": "x", "response": ""}, Datapoint("a", "x", output="")),
    "OpenAI's evals: a conversation as input, several ideals": (
        {"id": "a", "input": CHAT, "ideal": ["4", "four"]},
        Datapoint("a", CHAT, CHAT, target=["4", "four"]),
    ),
    "the item wrapper": (
        {"item": {"question": "2+2?", "answer": "4"}, "id": "a"},
        Datapoint("a", "2+2?", target="4"),
    ),
    "an item that wraps nothing is metadata": (
        {"id": "a", "input": "x", "item": "apple"},
        Datapoint("a", "x", metadata={"item": "apple"}),
    ),
    "messages, tools and a message as output": (
        {"id": "a", "messages": CHAT, "tools": [TOOL], "output": CALL},
        Datapoint("a", None, CHAT, [TOOL], None, CALL),
    ),
    "messages, tools and metadata as JSON in a cell": (
        {
            "id": "a",
            "messages": '[{"role": "user", "content": "2+2?"}]',
            "tools": '[{"type": "function"}]',
            "metadata": '{"language": "en"}',
        },
        Datapoint(
            "a", None, [{"role": "user", "content": "2+2?"}], [{"type": "function"}], metadata={"language": "en"}
        ),
    ),
    "own messages beside an input that looks like some": (
        {"id": "a", "input": CHAT, "messages": CHAT[1:]},
        Datapoint("a", CHAT, CHAT[1:]),
    ),
    "a list that is no conversation": ({"id": "a", "input": [{"role": "x"}]}, Datapoint("a", [{"role": "x"}])),
    "columns with dots": (
        {"id": "a", "input.country": "France", "input.year": "1990", "metadata.language": "fr", "target.city": "Paris"},
        Datapoint("a", {"country": "France", "year": "1990"}, target={"city": "Paris"}, metadata={"language": "fr"}),
    ),
    "columns with dots before and after the whole": (
        {"id": "a", "input.a": 1, "input": {"b": {"c": 2}}, "input.b.d": 3},
        Datapoint("a", {"a": 1, "b": {"c": 2, "d": 3}}),
    ),
    "what is left over is metadata": (
        {"id": "a", "input": "x", "category": "geo", "source.page": 3, "metadata": {"language": "en"}, ".": 1},
        Datapoint("a", "x", metadata={"category": "geo", "source": {"page": 3}, "language": "en", ".": 1}),
    ),
    "null is absent": (
        {"id": None, "question": None, "input": "x", "id_": None, "target": None, "metadata": None},
        Datapoint("3d1d2a6b", "x"),
    ),
    "two names that say the same": (
        {"id": "a", "question": "x", "input": "x", "answer": 0, "target": 0},
        Datapoint("a", "x", target=0),
    ),
    "a number as id": ({"id": 7, "input": "x"}, Datapoint("7", "x")),
    "falsehoods are values": ({"id": "0", "input": 0, "target": False}, Datapoint("0", 0, target=False)),
    "texts stay texts": ({"id": "01", "input": "1e3", "target": '{"a": 1}'}, Datapoint("01", "1e3", target='{"a": 1}')),
    "any language": ({"id": "é", "input": "東京は", "target": "🗼"}, Datapoint("é", "東京は", target="🗼")),
    "an output alone": ({"id": "a", "output": ""}, Datapoint("a", output="")),
}


@pytest.mark.parametrize(("row", "expected"), [pytest.param(*case, id=name) for name, case in TAKEN.items()])
def test_a_row_becomes(row: dict[str, Any], expected: Datapoint) -> None:
    found = of_row(row)
    if row["id"] is None:
        assert len(found.id) == 32
    else:
        assert found.id == expected.id
    assert found.wire() | {"id": ""} == expected.wire() | {"id": ""}
    assert of_row(found.wire()) == found


def test_a_row_is_not_changed() -> None:
    row = {"id": "a", "input": {"a": {"b": 1}}, "input.a.c": 2, "metadata": {"x": {"y": 1}}, "metadata.x.z": 2, "n": 1}
    before = repr(row)
    assert of_row(row).input == {"a": {"b": 1, "c": 2}}
    assert repr(row) == before


MAPPED: dict[str, tuple[dict[str, Any], dict[str, str], Datapoint]] = {
    "one column": ({"q": "x", "id": "a"}, {"input": "q"}, Datapoint("a", "x")),
    "over a name that we know, which is metadata then": (
        {"input": "x", "question": "y", "id": "a"},
        {"input": "question"},
        Datapoint("a", "y", metadata={"input": "x"}),
    ),
    "over an alias": (
        {"prompt": "x", "question": "y", "id": "a"},
        {"input": "prompt"},
        Datapoint("a", "x", metadata={"question": "y"}),
    ),
    "a level inside a column": (
        {"doc": {"q": "x", "a": "4", "rest": 1}, "uid": "a"},
        {"input": "doc.q", "target": "doc.a", "id": "uid"},
        Datapoint("a", "x", target="4"),
    ),
    "a column whose name has a dot": ({"doc.q": "x", "id": "a"}, {"input": "doc.q"}, Datapoint("a", "x")),
    "parts of fields": (
        {"land": "France", "lang": "fr", "id": "a"},
        {"input.country": "land", "metadata.language": "lang"},
        Datapoint("a", {"country": "France"}, metadata={"language": "fr"}),
    ),
    "one column for two fields": (
        {"x": "4", "id": "a"},
        {"input": "x", "target": "x"},
        Datapoint("a", "4", target="4"),
    ),
    "null where there is no value": (
        {"q": "x", "a": None, "id": "a"},
        {"input": "q", "target": "a"},
        Datapoint("a", "x"),
    ),
}


@pytest.mark.parametrize(("row", "mapping", "expected"), [pytest.param(*c, id=name) for name, c in MAPPED.items()])
def test_a_mapping_names_columns(row: dict[str, Any], mapping: Mapping[str, str], expected: Datapoint) -> None:
    assert of_row(row, mapping) == expected


DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]

REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "two names that differ": ({"input": "x", "question": "y"}, "input", "columns 'input' and 'question' both give it"),
    "two aliases that differ": ({"input": "x", "answer": "4", "ideal": "5"}, "target", "'answer' and 'ideal'"),
    "true is not one": ({"input": 1, "question": True}, "input", "differ"),
    "inside and beside the wrapper": ({"item": {"id": "a", "input": "x"}, "id": "b"}, "id", "inside and beside 'item'"),
    "metadata and a column": (
        {"input": "x", "metadata": {"lang": "en"}, "lang": "de"},
        "metadata.lang",
        "'metadata.lang' and 'lang'",
    ),
    "a part of a text": ({"input": "x", "input.a": 1}, "input.a", "'input' and 'input.a'"),
    "nothing is asked": ({"id": "a", "instruction": "x"}, "input", "this row has 'id', 'instruction'"),
    "an empty object": ({}, "input", "this row has no column"),
    "an id that is true": ({"input": "x", "id": True}, "id", "not true"),
    "an id with a fraction": ({"input": "x", "id": 1.5}, "id", "not the number 1.5"),
    "an empty id": ({"input": "x", "id": ""}, "id", "1 to 1024 bytes"),
    "a long id": ({"input": "x", "id": "ü" * 513}, "id", "1 to 1024 bytes"),
    "an id that a database would cut": ({"input": "x", "id": "a\0b"}, "id", "NUL"),
    "half a character in an id": ({"input": "x", "id": "\ud83d"}, "id", "surrogate"),
    "half a character": ({"input": "x", "metadata": {"a": ["\ud83d"]}}, "metadata", "surrogate"),
    "messages that are an object": ({"messages": {"role": "user"}}, "messages", "a list of objects, not an object"),
    "messages that are a text": ({"messages": "hello"}, "messages", "or the JSON text of one"),
    "a message that is a text": ({"messages": ["hello"]}, "messages[0]", "an object, not the text 'hello'"),
    "a message without a role": ({"messages": [{"content": "x"}]}, "messages[0].role", "must be a text"),
    "a message whose content is a number": (
        {"messages": [{"role": "user", "content": "x"}, {"role": "user", "content": 1}]},
        "messages[1].content",
        "must be a text",
    ),
    "tools that are names": ({"input": "x", "tools": ["add"]}, "tools[0]", "an object"),
    "metadata that is a list": ({"input": "x", "metadata": [1]}, "metadata", "an object, not a list"),
    "metadata that is a word": ({"input": "x", "metadata": "en"}, "metadata", "or the JSON text of one"),
    "an output that is a number": ({"input": "x", "output": 4}, "output", "not the number 4: write it as a text"),
    "an output that is a list": ({"input": "x", "response": ["4"]}, "output", "not a list"),
    "no number": ({"input": "x", "target": float("nan")}, "target", "NaN or an infinity"),
    "infinity, deep": ({"input": "x", "metadata": {"a": [float("inf")]}}, "metadata", "NaN or an infinity"),
    "bytes": ({"input": {"a": b"x"}}, "input", "JSON has no form for"),
    "a tower": ({"input": DEEP}, "input", "nested too deeply"),
}


@pytest.mark.parametrize(("row", "field", "says"), [pytest.param(*case, id=name) for name, case in REFUSED.items()])
def test_a_row_is_refused_by_field(row: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(RowError) as caught:
        of_row(row)
    assert caught.value.field == field
    assert says in caught.value.message


def test_a_mapped_column_that_is_not_there_is_an_error() -> None:
    with pytest.raises(RowError) as caught:
        of_row({"input": "x", "label": "4"}, {"target": "labl"})
    assert caught.value.field == "target"
    assert "column 'labl', which this row lacks; it has 'input', 'label'" in caught.value.message


@pytest.mark.parametrize(
    "field", ["question", "targets", "metadata.", "messages.0", "id.x", "output.text", ""], ids=lambda f: f or "empty"
)
def test_a_mapping_of_what_is_no_field_is_refused(field: str) -> None:
    found = mapping_trouble({"input": "q", field: "x"})
    assert found is not None
    assert found[0] == field


def test_a_mapping_of_fields_and_parts_is_taken() -> None:
    fields = ("id", "input", "messages", "tools", "target", "output", "metadata", "input.a.b", "metadata.x", "target.y")
    assert mapping_trouble(dict.fromkeys(fields, "x")) is None
