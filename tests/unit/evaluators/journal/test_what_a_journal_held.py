"""Lines in, one sample out: the last record, the last score of each evaluator and source."""

import json
from pathlib import Path
from typing import Any

from referee_evaluators.journal.past import Past


def past(directory: Path, *lines: Any) -> Past:
    found = Past(directory)
    for line in lines:
        found.add(json.dumps(line).encode() + b"\n")
    found.seal()
    return found


def sample(sample_id: str, output: str, epoch: int = 1, **more: Any) -> Any:
    return {"sample_id": sample_id, "epoch": epoch, "output": output, **more}


def score(sample_id: str, evaluator: str, value: float, source: str = "adapter") -> Any:
    return {"sample_id": sample_id, "epoch": 1, "evaluator": evaluator, "source": source, "value": value}


def test_a_later_record_replaces_an_earlier_one(tmp_path: Path) -> None:
    kept = past(tmp_path, sample("a", "first"), sample("b", "other"), sample("a", "second")).of("a", 1)
    assert kept.record is not None
    assert kept.record["output"] == "second"


def test_epochs_are_apart(tmp_path: Path) -> None:
    found = past(tmp_path, sample("a", "one"), sample("a", "two", epoch=2))
    outputs = [(found.of("a", epoch).record or {}).get("output") for epoch in (1, 2, 3)]
    assert outputs == ["one", "two", None]


def test_scores_come_with_a_record_or_alone(tmp_path: Path) -> None:
    inside = {"evaluator": "exact", "source": "adapter", "value": 1.0}
    kept = past(tmp_path, sample("a", "x", scores=[inside]), score("a", "tone", 0.5)).of("a", 1)
    assert {name for name, _ in kept.scores} == {"exact", "tone"}


def test_a_later_score_of_the_same_source_replaces_an_earlier_one(tmp_path: Path) -> None:
    kept = past(
        tmp_path,
        score("a", "tone", 1, "human:ann"),
        score("a", "tone", 2, "human:bob"),
        score("a", "tone", 3, "human:ann"),
    ).of("a", 1)
    assert {source: wire["value"] for (_, source), wire in kept.scores.items()} == {"human:ann": 3, "human:bob": 2}


def test_a_line_of_scores_alone_is_no_sample(tmp_path: Path) -> None:
    line = {"sample_id": "a", "epoch": 1, "scores": [{"evaluator": "exact", "value": 1.0}], "cursor": "7", "attempt": 2}
    found = past(tmp_path, line)
    assert found.of("a", 1).record is None
    assert list(found.sample_ids()) == []


def test_samples_come_in_an_order_that_does_not_depend_on_who_was_first(tmp_path: Path) -> None:
    lines = [sample(f"q{i}", "x", epoch) for i in range(50) for epoch in (1, 2)]
    there = list(past(tmp_path, *lines).sample_ids())
    assert there == list(past(tmp_path, *reversed(lines)).sample_ids())
    assert sorted(there) == sorted(f"q{i}" for i in range(50))


def test_what_was_spent_twice_was_paid_twice(tmp_path: Path) -> None:
    spent = {"requests": 2, "inputTokens": 10, "outputTokens": 5, "cost": 0.25}
    found = past(tmp_path, sample("a", "x", spent=spent), sample("a", "y", spent=spent))
    assert (found.spent.requests, found.spent.tokens, found.spent.cost) == (4, 30, 0.5)


def test_ids_of_any_kind_are_told_apart(tmp_path: Path) -> None:
    ids = ["1", "1\0", "\u00e4", "a\u0308", "", "\u2028"]
    found = past(tmp_path, *(sample(sample_id, str(i)) for i, sample_id in enumerate(ids)))
    assert [(found.of(sample_id, 1).record or {})["output"] for sample_id in ids] == [str(i) for i in range(len(ids))]
