"""What several labels of a sample come to."""

from typing import Any

import pytest

from referee.core.evaluation.drawn import drawn
from referee.core.evaluation.scoretype import Choice, ScoreType
from referee_evaluators.loop.labels import settled
from referee_evaluators.types import Score
from tests.unit.evaluators.samples import evaluator

STARS = ScoreType(min=1, max=5)
TONE = ScoreType("Categorical", choices=(Choice("rude", 0), Choice("kind", 1)))


def posted(*labels: Any, outcome: str = "scored") -> dict[tuple[str, str], dict[str, Any]]:
    kept = {}
    for number, label in enumerate(labels):
        is_text = isinstance(label, str)
        value = {"rude": 0.0, "kind": 1.0}[label] if is_text else label
        wire = {"evaluator": "it", "source": f"human:{number}", "outcome": outcome, "value": value}
        kept["it", f"human:{number}"] = wire | ({"label": label} if is_text else {})
    return kept


def of(type_: ScoreType, block: dict[str, Any], *labels: Any) -> Score:
    return settled(evaluator("Human", block, type_), ["it"], posted(*labels), "q")["it"]


def test_too_few_labels_are_awaited() -> None:
    assert of(STARS, {"minLabels": 2}, 4).outcome == "pending"
    assert of(STARS, {}).outcome == "pending"


@pytest.mark.parametrize(("how", "value"), [("Mean", 3), ("Median", 2), (None, 3)])
def test_numbers_are_brought_together(how: str | None, value: float) -> None:
    score = of(STARS, {"minLabels": 3, **({"aggregation": how} if how else {})}, 1, 2, 6)
    assert (score.outcome, score.value, score.votes) == ("scored", value, (1, 2, 6))


def test_labels_go_by_majority() -> None:
    score = of(TONE, {"minLabels": 3}, "kind", "rude", "kind")
    assert (score.outcome, score.label, score.value) == ("scored", "kind", 1)


def mixed(*outcomes: str, block: dict[str, Any]) -> Score:
    kept = {
        ("it", f"human:{number}"): {
            "evaluator": "it",
            "source": f"human:{number}",
            "outcome": outcome,
            **({"value": 4.0} if outcome == "scored" else {}),
        }
        for number, outcome in enumerate(outcomes)
    }
    return settled(evaluator("Human", block, STARS), ["it"], kept, "q")["it"]


def test_who_skips_counts_towards_the_labels_and_not_towards_the_value() -> None:
    """The gateway counts it as settled; were it pending here, a complete run would end as Unknown."""
    one = mixed("skipped", "scored", block={"minLabels": 2})
    assert (one.outcome, one.value, one.votes) == ("scored", 4, (4.0,))
    assert mixed("skipped", "skipped", block={"minLabels": 2}).outcome == "skipped"
    assert mixed("skipped", block={}).outcome == "skipped"
    assert mixed("skipped", block={"minLabels": 2}).outcome == "pending"
    assert mixed("skipped", "unscored", block={"minLabels": 2}).outcome == "unscored"


def test_a_sample_that_the_run_gave_up_waits_for_nobody() -> None:
    lost = {"evaluator": "it", "source": "adapter", "outcome": "unscored", "cause": "model"}
    found = settled(evaluator("Human", {"minLabels": 3}, STARS), ["it"], {("it", "adapter"): lost}, "q")["it"]
    assert (found.outcome, found.cause) == ("unscored", "model")


def test_a_tie_is_unscored() -> None:
    score = of(TONE, {"minLabels": 2}, "kind", "rude")
    assert (score.outcome, score.cause, score.error) == ("unscored", "evaluator", "a tie of 2 labels")


def test_a_label_of_a_sample_that_was_not_drawn_does_not_count() -> None:
    spec = evaluator("Human", {"sample": 0.5}, STARS)
    ids = [f"q{number}" for number in range(20)]
    found = {id_: settled(spec, ["it"], posted(3), id_)["it"].outcome for id_ in ids}

    assert found == {id_: "scored" if drawn(id_, 0.5) else "skipped" for id_ in ids}
    assert set(found.values()) == {"scored", "skipped"}


def test_what_an_external_evaluator_posts_is_its_score() -> None:
    external = evaluator("External", {}, STARS)
    assert settled(external, ["it"], posted(3), "q")["it"].value == 3
    assert settled(external, ["it"], {}, "q")["it"].outcome == "pending"
    assert settled(external, ["it"], posted(None, outcome="skipped"), "q")["it"].outcome == "skipped"
