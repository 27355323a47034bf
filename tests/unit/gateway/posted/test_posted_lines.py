"""What of a posted line is taken, and how."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from referee.core.evaluation.inline import datapoints_of
from referee.gateway.errors import Malformed, Standing
from referee.gateway.posting.awaited import Awaited, awaited_of
from referee.gateway.posting.known import Known
from referee.gateway.posting.lines import human_source, output_of, posted_score
from referee.gateway.posting.open import refuse_closed
from referee.gateway.posting.state import State, place_of
from referee.store import JournalRef, Posting, ScoreRow, Tally, posted_run

Json = dict[str, Any]
ANY = Known(None, 1)
NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
EVALUATORS: list[Json] = [
    {"name": "exact", "type": "Grader", "score": {}},
    {"name": "grade", "type": "External", "score": {"type": "Numerical", "min": 1, "max": 5}},
    {
        "name": "tone",
        "type": "Human",
        "human": {"minLabels": 3},
        "score": {"type": "Categorical", "choices": [{"name": "warm", "value": 1}, {"name": "cold", "value": 0}]},
    },
    {
        "name": "parts",
        "type": "External",
        "score": {},
        "outputs": [{"key": "a", "score": {"type": "Boolean"}}, {"key": "b"}],
    },
    {"name": "notes", "type": "Human", "score": {"type": "Comment"}},
]


def awaited(generation: str = "Operator", external: Json | None = None, **row: object) -> Awaited:
    standing = {"index": 0, "phase": "AwaitingResults", "awaitingSince": "2026-01-02T11:00:00Z"}
    found = awaited_of(
        {
            "spec": {"evaluation": {"generation": generation}, "externalResults": external or {}},
            "status": {
                "plan": {
                    "benchmarks": [{"index": 0, "id": "evaluation", "firstAttempt": 3, "journalFirst": 3}],
                    "evaluation": {"data": {}, "count": 10, "evaluators": EVALUATORS},
                },
                "benchmarks": [{**standing, **row}],
            },
        }
    )
    assert found is not None
    return found


def posting(closed: datetime | None = None, outputs: datetime | None = None) -> Posting:
    return Posting(posted_run("job", JournalRef("ns", "uid", 0, 3)), 7, NOW - timedelta(minutes=10), outputs, closed)


def taken(**record: object) -> ScoreRow:
    return posted_score(4, json.dumps({"sample_id": "s", **record}).encode(), awaited(), "anna")


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        ({"evaluator": "grade", "value": 4}, ("external", "scored", 4.0, None)),
        ({"evaluator": "grade", "value": 4, "source": "vendor"}, ("vendor", "scored", 4.0, None)),
        ({"evaluator": "tone", "value": "warm"}, ("human:anna", "scored", 1.0, "warm")),
        ({"evaluator": "tone", "value": "warm", "source": "anna"}, ("human:anna", "scored", 1.0, "warm")),
        ({"evaluator": "tone", "value": "warm", "source": "human:anna"}, ("human:anna", "scored", 1.0, "warm")),
        ({"evaluator": "tone", "label": "cold", "source": "bert"}, ("human:anna/bert", "scored", 0.0, "cold")),
        ({"evaluator": "parts.a", "value": True}, ("external", "scored", 1.0, None)),
        ({"evaluator": "notes", "explanation": "odd"}, ("human:anna", "scored", None, "odd")),
        ({"evaluator": "grade", "error": "no answer"}, ("external", "unscored", None, None)),
        ({"evaluator": "grade", "outcome": "skipped"}, ("external", "skipped", None, None)),
    ],
)
def test_a_score_is_what_its_evaluators_type_makes_of_it(
    record: Json, wanted: tuple[str, str, float | None, str | None]
) -> None:
    row = taken(**record)

    assert (row.source, row.outcome, row.value, row.label) == wanted


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"evaluator": "grade", "value": 6}, "line 4: value: 6"),
        ({"evaluator": "tone", "value": "lukewarm"}, "line 4: value: "),
        ({"evaluator": "parts.a", "value": "yes"}, "line 4: value: 'yes' is neither true nor false"),
        ({"evaluator": "parts", "value": 1}, "line 4: evaluator: 'parts' is none of this run"),
        ({"evaluator": "grade", "explanation": "fine"}, "line 4: needs value"),
        ({"evaluator": "grade", "value": 2, "error": "x"}, "line 4: a sample is scored, or"),
        ({"evaluator": "grade", "value": 2, "source": "human:eve"}, "line 4: source: 'human:eve' is taken"),
        ({"value": 2}, "line 4: evaluator: is missing"),
    ],
)
def test_what_is_no_score_of_its_evaluator_is_refused(record: Json, said: str) -> None:
    with pytest.raises(Malformed) as refused:
        taken(**record)

    assert refused.value.message.startswith(said)


def test_an_empty_output_is_an_output_and_none_is_not() -> None:
    assert output_of(1, b'{"sample_id": "s", "output": ""}', ANY).body == {"sample_id": "s", "output": "", "epoch": 1}
    with pytest.raises(Malformed, match="line 1: needs output"):
        output_of(1, b'{"sample_id": "s", "output": null}', ANY)


def test_no_two_people_come_to_one_source() -> None:
    assert human_source("https://id/anna", "bert") == "human:https:%2F%2Fid%2Fanna/bert"
    assert human_source("anna/bert") != human_source("anna", "bert")
    assert human_source("anna%2Fbert") != human_source("anna/bert")


ROWS: list[Json] = [{"id": "a", "question": "x"}, {"question": "y"}, {"question": "y"}, {"id": "d", "question": "z"}]


def known(dataset: Json, data: Json, *, epochs: int | None = None, **evaluation: object) -> Known:
    spec: Json = {"evaluation": {"dataset": dataset, **evaluation}}
    if epochs is not None:
        spec["execution"] = {"epochs": {"count": epochs}}
    return Known.of({"spec": spec, "status": {"plan": {"evaluation": {"data": data}}}})


def output(sample_id: str, epoch: int, of: Known) -> str:
    """What is said of it; empty: it is taken."""
    try:
        output_of(4, json.dumps({"sample_id": sample_id, "epoch": epoch, "output": "o"}).encode(), of)
    except Malformed as refused:
        return refused.message
    return ""


@pytest.mark.parametrize(("epochs", "wanted"), [(None, [1]), (3, [1, 2, 3])])
def test_only_epochs_that_the_run_has_are_taken(epochs: int | None, wanted: list[int]) -> None:
    """A client that counts from 0 would else have posted an epoch too few, and one that nobody reads."""
    of = known({"posted": {}}, {"posted": {}}, epochs=epochs)

    assert [epoch for epoch in range(6) if not output("anything", epoch, of)] == wanted
    assert output("anything", 0, of).startswith("line 4: epoch: 0 is none of this run: there ")


@pytest.mark.parametrize(
    ("dataset", "data"),
    [
        ({"inline": ROWS}, {"inSpec": True}),
        ({"ref": "shared"}, {"inline": ROWS}),
        ({"inline": [{"key": row.get("id"), **row} for row in ROWS]}, {"inSpec": True, "file": {"mapping": {}}}),
    ],
    ids=["in the job", "in a Dataset", "with columns of their own"],
)
def test_only_datapoints_of_a_manifest_are_taken(dataset: Json, data: Json) -> None:
    rows = dataset.get("inline") or data["inline"]
    ids = [point.id for point in datapoints_of(rows)]
    of = known(dataset, data)

    assert len(set(ids)) == 4
    assert [output(sample_id, 1, of) for sample_id in ids] == [""] * 4
    assert output("typo", 1, of) == "line 4: sample_id: 'typo' is no datapoint of this run's dataset"


def test_ids_are_made_with_the_plans_mapping() -> None:
    of = known({"inline": [{"nr": "7", "question": "x"}]}, {"inSpec": True, "file": {"mapping": {"id": "nr"}}})

    assert (output("7", 1, of), output("8", 1, of) != "") == ("", True)


def test_of_the_first_few_datapoints_only_these_are_taken() -> None:
    of = known({"inline": ROWS}, {"inSpec": True}, numExamples=1)
    drawn = known({"inline": ROWS}, {"inSpec": True}, numExamples=1, sampling={"method": "Random"})

    assert (output("a", 1, of), output("d", 1, of) != "", output("d", 1, drawn)) == ("", True, "")


def test_what_is_waited_for_is_one_score_for_each_output_of_an_evaluator() -> None:
    assert awaited().labels == {"grade": 1, "tone": 3, "parts.a": 1, "parts.b": 1, "notes": 1}
    assert awaited_of({"spec": {}, "status": {}}) is None
    assert awaited_of({"spec": {"evaluation": {}}, "status": {"plan": {"evaluation": {"evaluators": 5}}}}) is None


@pytest.mark.parametrize(
    ("found", "last", "said"),
    [
        (awaited(phase="Completed"), None, "is over"),
        (awaited(phase="Pending", stage="Closing"), None, "the attempt that computes the whole has begun"),
        (awaited(phase="Running", stage="Closing", external={"completion": "Idle"}), None, "waits no more"),
        (awaited("External", phase="Suspended", stage="Closing"), None, "waits no more"),
        (awaited(external={"deadlineSeconds": 3599}), None, "deadlineSeconds"),
        (awaited(external={"completion": "Idle", "idleSeconds": 599}), posting(), "idleSeconds"),
    ],
)
def test_when_nothing_is_taken_any_more(found: Awaited, last: Posting | None, said: str) -> None:
    with pytest.raises(Standing, match=said):
        refuse_closed("job", found, last, NOW)


@pytest.mark.parametrize(
    "found",
    [
        awaited(),
        awaited(awaitingSince=None),
        awaited(external={"completion": "Idle", "idleSeconds": 601}),
        awaited(phase="Running", stage="Whole", awaitingSince=None),
        awaited("External", stage=None),
        awaited("External", phase="Running", stage="Whole"),
    ],
)
def test_when_something_is(found: Awaited) -> None:
    refuse_closed("job", found, posting(), NOW)


ALL = Tally(10, dict.fromkeys(awaited().labels, 10))


@pytest.mark.parametrize(
    ("found", "posted", "tally", "wanted"),
    [
        (awaited(), posting(), ALL, (True, 0, False)),
        (awaited(), posting(), Tally(10, {**ALL.settled, "tone": 8}), (False, 2, False)),
        (awaited(phase="Running"), posting(), ALL, (False, None, False)),
        (awaited(external={"completion": "Explicit"}), posting(), ALL, (False, 0, False)),
        (awaited(external={"completion": "Idle"}), posting(), ALL, (False, 0, False)),
        (awaited(), posting(closed=NOW, outputs=NOW), Tally(10, {}), (True, 50, True)),
        (awaited("External"), posting(), Tally(9, dict.fromkeys(ALL.settled, 9)), (False, None, False)),
        (awaited("External"), posting(), ALL, (True, 0, False)),
        (awaited("External"), posting(outputs=NOW), Tally(9, {}), (False, 45, False)),
    ],
    ids=[
        "every score is there",
        "two are missing",
        "more samples may come",
        "somebody has to say so",
        "silence has to say so",
        "somebody said so",
        "an output is missing",
        "every output and score is there",
        "no more outputs come",
    ],
)
def test_when_a_run_is_complete(
    found: Awaited, posted: Posting, tally: Tally, wanted: tuple[bool, int | None, bool]
) -> None:
    state = State.of(found, posted, tally)

    assert (state.complete, state.pending, state.told) == wanted
    assert place_of(state.text()) == (3, 7)
