import hashlib
from dataclasses import replace
from typing import Any

import pytest

from referee.core.evaluation.canonical import canonical
from referee.core.evaluation.datapoint import DatasetDigest, numbered
from referee.core.evaluation.rows import of_row


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None, "x"]}, '{"a":[true,null,"x"],"b":1}'),
        ({"ä": "é\n", "z": "e\u0301"}, '{"z":"e\u0301","ä":"é\\n"}'),
        ([1.0, -0.0, 1.5, 1e3, 2**60, 1e300, 0.1], "[1,0,1.5,1000,1152921504606846976,1e+300,0.1]"),
        ("1.0", '"1.0"'),
        ({"a": {"b": 2.0, "c": "3.0"}}, '{"a":{"b":2,"c":"3.0"}}'),
    ],
)
def test_a_value_has_one_text(value: Any, text: str) -> None:
    assert canonical(value).decode() == text


def test_the_key_is_of_what_is_asked_and_expected() -> None:
    row = {"id": "a", "input": "2+2?", "target": "4"}
    key = of_row(row).key
    assert key == sha256('{"input":"2+2?","target":"4"}')
    for same in ({"id": "b"}, {"metadata": {"language": "en"}}, {"output": "four"}, {"category": "sums"}):
        assert of_row(row | same).key == key
    for other in ({"input": "2+2 ?"}, {"target": 4}, {"target": None}, {"tools": [{"name": "add"}]}):
        assert of_row(row | other).key != key


def test_messages_that_are_the_input_count_once() -> None:
    chat = [{"role": "user", "content": "2+2?"}]
    assert of_row({"input": chat}).key == of_row({"input": chat, "messages": [dict(chat[0])]}).key
    assert of_row({"input": chat}).key != of_row({"messages": chat}).key


def test_a_made_id_is_of_the_content_and_of_nothing_else() -> None:
    made = of_row({"question": "2+2?", "answer": "4"}).id
    assert made == sha256('{"input":"2+2?","target":"4"}')[:32]
    assert of_row({"answer": "4", "input": "2+2?", "language": "en"}).id == made
    assert of_row({"question": "2+2?", "answer": "5"}).id != made


def test_outputs_of_which_nobody_says_the_question_differ_by_themselves() -> None:
    assert len({of_row({"output": text, "target": "4"}).id for text in ("4", "four", "")}) == 3
    asked = {of_row({"input": "2+2?", "output": text}).id for text in ("4", "four")}
    assert len(asked) == 1


def test_rows_of_equal_content_are_numbered() -> None:
    assert [numbered("abc", occurrence) for occurrence in (1, 2, 10)] == ["abc", "abc-2", "abc-10"]


def test_the_digest_is_of_canonical_lines_in_their_order() -> None:
    rows: list[dict[str, Any]] = [
        {"id": "b", "question": "x", "target": 1.0},
        {"id": "a", "input": "y", "category": "geo"},
    ]
    digest = DatasetDigest()
    for row in rows:
        digest.add(of_row(row))
    lines = '{"id":"b","input":"x","target":1}\n{"id":"a","input":"y","metadata":{"category":"geo"}}\n'
    assert digest.text() == f"sha256:{sha256(lines)}"


def test_the_number_of_a_made_id_does_not_count_in_the_digest() -> None:
    def digest(*ids: str) -> str:
        found = DatasetDigest()
        for id_ in ids:
            found.add(replace(point, id=id_))
        return found.text()

    point = of_row({"input": "x"})
    assert digest(point.id, numbered(point.id, 2)) == digest(point.id, point.id)
    assert digest("a" * 32 + "-2") != digest("a" * 32)
