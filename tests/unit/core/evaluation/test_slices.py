from typing import Any

import pytest

from referee.core.evaluation import slices as module
from referee.core.evaluation.slices import value_at
from tests.unit.core.evaluation.runs import JUDGE, Bad, Criterion, Evaluator, Run, measure

ANSWERS = [True] * 9 + [False] + [True] * 5 + [False] * 5 + [True] * 2
PARTS = ["en"] * 10 + ["de"] * 10 + ["fr"] * 2


def names(found: dict[str, Any]) -> list[str]:
    return [part["value"] for part in found["slices"]]


def test_the_worst_part_is_first() -> None:
    found = Run([Evaluator("exact")], {"exact": ANSWERS}, slices=PARTS).document()
    assert names(found) == ["de", "en", "fr"]
    assert [part["n"] for part in found["slices"]] == [10, 10, 2]
    assert [part["score"]["value"] for part in found["slices"]] == [0.5, 0.9, 1.0]


def test_a_part_has_the_figures_that_the_run_of_it_alone_would_have() -> None:
    evaluators = [Evaluator("exact"), Evaluator("judge", JUDGE)]
    stars = [Bad() if at % 4 == 0 else 1 + at % 5 for at in range(len(ANSWERS))]
    found = Run(evaluators, {"exact": ANSWERS, "judge": stars}, slices=PARTS).document()
    german = next(part for part in found["slices"] if part["value"] == "de")
    alone = Run(evaluators, {"exact": ANSWERS[10:20], "judge": stars[10:20]}).document()
    assert measure({"evaluators": german["evaluators"]}, "judge") == measure(alone, "judge")
    assert german["score"] == alone["score"]


def test_a_part_that_a_gate_names_is_there_first_and_even_if_it_is_empty() -> None:
    criterion = Criterion("Mean", "metadata.part", "fr")
    found = Run([Evaluator("exact", criteria=criterion)], {"exact": ANSWERS}, slices=PARTS).document()
    assert names(found) == ["fr", "de", "en"]
    assert [part.get("gated") for part in found["slices"]] == [True, None, None]
    nobody = Criterion("Mean", "metadata.part", "xx")
    found = Run([Evaluator("exact")], {"exact": ANSWERS}, slices=PARTS, criteria=nobody).document()
    assert names(found) == ["xx", "de", "en", "fr"]
    assert (found["slices"][0]["n"], found["slices"][0]["score"]["n"]) == (0, 0)


def test_of_too_many_parts_the_largest_are_kept_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PARTS", 2)
    found = Run([Evaluator("exact")], {"exact": ANSWERS}, slices=PARTS).document()
    assert sorted(names(found)) == ["de", "en"]
    assert found["slicesLeftOut"] == {"metadata.part": 1}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.language", "de"),
        ("language", "de"),
        ("metadata.doc.page", "3"),
        ("metadata.doc.draft", "true"),
        ("metadata.a.b", "whole key"),
        ("metadata.tags", '["x", "ü"]'),
        ("metadata.nothing", None),
        ("metadata.empty", None),
        ("metadata.language.code", None),
        ("metadata.long", "x" * 256),
    ],
)
def test_what_a_datapoint_has_at_a_path(path: str, value: str | None) -> None:
    metadata = {
        "language": "de",
        "doc": {"page": 3, "draft": True},
        "a.b": "whole key",
        "tags": ["x", "ü"],
        "empty": None,
        "long": "x" * 300,
    }
    assert value_at(metadata, path) == value
