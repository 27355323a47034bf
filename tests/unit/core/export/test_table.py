"""CSV: what a spreadsheet shows is what was there, and nothing in it runs."""

import csv
import io
from typing import Any

import pytest

from referee.core.export import table


def read(*rows: dict[str, Any], evaluators: tuple[str, ...] = ("exact", "tone")) -> list[dict[str, str]]:
    text = table.header(evaluators) + "".join(table.line(row, evaluators) for row in rows)
    return list(csv.DictReader(io.StringIO(text, newline="")))


def score(evaluator: str, **fields: object) -> dict[str, Any]:
    return {"evaluator": evaluator, "source": "adapter", "outcome": "scored", **fields}


def test_a_line_has_everybodys_score() -> None:
    (line,) = read(
        {
            "benchmark_index": 0,
            "attempt": 2,
            "sample_id": "s1",
            "epoch": 1,
            "input": {"question": 'Zürich, "die Stadt"?\n'},
            "target": "ja",
            "output": "ja, 東京",
            "metadata": {"language": "de"},
            "latency": 0.25,
            "scores": [
                score("exact", value=1.0, explanation="equal"),
                {"evaluator": "tone", "outcome": "unscored", "error": "the judge timed out"},
            ],
        }
    )

    assert line["input"] == '{"question":"Zürich, \\"die Stadt\\"?\\n"}'
    assert (line["output"], line["attempt"], line["latency"]) == ("ja, 東京", "2", "0.25")
    assert (line["exact"], line["exact:outcome"], line["exact:explanation"]) == ("1", "scored", "equal")
    assert (line["tone"], line["tone:outcome"], line["tone:error"]) == ("", "unscored", "the judge timed out")
    assert line["metadata"] == '{"language":"de"}'


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_that_would_be_a_formula_is_text(begin: str) -> None:
    evil = f"{begin}cmd|' /C calc'!A0"
    (line,) = read({"sample_id": evil, "output": evil, "scores": [score("exact", label=evil, explanation=evil)]})

    for name in ("sample_id", "output", "exact", "exact:explanation"):
        assert line[name] == f"'{evil}"


def test_a_number_below_zero_is_a_number() -> None:
    (line,) = read({"sample_id": "-5", "scores": [score("exact", value=-0.5)]})

    assert (line["exact"], line["sample_id"]) == ("-0.5", "'-5")


def test_several_sources_stand_in_one_cell() -> None:
    scores = [score("tone", source="human:anna", label="warm"), score("tone", source="human:bert", label="=cold")]
    (line,) = read({"sample_id": "s", "scores": scores})

    assert (line["tone"], line["tone:outcome"], line["exact"]) == ("warm; =cold", "scored", "")


def test_where_no_evaluator_is_known_a_records_own_scores_are_a_cell() -> None:
    (line,) = read({"sample_id": "s", "scores": {"acc": 1.0}}, evaluators=())

    assert line["scores"] == '{"acc":1.0}'


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(1.0, "1"), (0.1, "0.1"), (1e300, "1e+300"), (-0.0, "0"), (1 / 3, "0.3333333333333333"), (True, "1")],
)
def test_numbers_keep_every_digit(value: float, wanted: str) -> None:
    assert table.number(value) == wanted
