"""JUnit: what CI makes of it is what the verdict says; valid by the schema that Jenkins holds it against."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]  # it has no stubs of its own

from referee.core.export.junit import junit

Json = dict[str, Any]
Element = Any
"""As lxml has it, which has no types of its own."""

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit.xsd")))


def gate(result: str, reason: str, **fields: object) -> Json:
    return {
        "subject": "evaluator exact",
        "measure": "Mean",
        "bound": "Point",
        "result": result,
        "reason": reason,
        **fields,
    }


def job(*gates: Json, **row: object) -> Json:
    benchmark = {"index": 0, "id": "evaluation", "provider": "referee_evaluators", "phase": "Completed", **row}
    return {"metadata": {"name": "capitals"}, "status": {"benchmarks": [benchmark], "verdict": {"gates": list(gates)}}}


def row(sample: str, *scores: Json, **fields: object) -> Json:
    return {"benchmark_index": 0, "attempt": 1, "sample_id": sample, "epoch": 1, "scores": list(scores), **fields}


def score(evaluator: str = "exact", outcome: str = "scored", **fields: object) -> Json:
    return {"evaluator": evaluator, "source": "adapter", "outcome": outcome, **fields}


def report(document: Json, *rows: Json) -> dict[str, Element]:
    """The suites by name, once the schema has taken all of it and the counts are right."""
    text = "".join(junit(document, lambda: iter(rows)))
    whole = etree.fromstring(text.encode())
    SCHEMA.assertValid(whole)
    suites = {suite.get("name", ""): suite for suite in whole}
    for suite in suites.values():
        counts = {"tests": len(suite)} | {
            f"{kind}s": len(suite.findall(f"testcase/{kind}")) for kind in ("failure", "error")
        }
        counts["skipped"] = len(suite.findall("testcase/skipped"))
        assert {name: int(suite.get(name, "-1")) for name in counts} == counts
    return suites


def case(suite: Element, place: int = 0) -> tuple[str, str | None, str | None]:
    """What became of a case: the outcome, its type and its message."""
    found = next((e for e in suite[place] if e.tag != "system-out"), None)
    return ("passed", None, None) if found is None else (found.tag, found.get("type"), found.get("message"))


def test_a_gate_that_failed_is_a_failure_and_one_that_is_unknown_an_error() -> None:
    gates = report(
        job(
            gate("Pass", "ThresholdMet", value=0.9, threshold=0.8, n=10),
            gate("Fail", "BelowThreshold", value=0.7, threshold=0.8, ciLow=0.6, ciHigh=0.8, method="Wilson"),
            gate("Unknown", "Underpowered", nNeeded=400),
            gate("Fail", "BelowThreshold", value=0.1, required=False),
        )
    )["gates"]

    assert [case(gates, place) for place in range(4)] == [
        ("passed", None, None),
        ("failure", "BelowThreshold", "BelowThreshold, value 0.7, threshold 0.8, interval 0.6 to 0.8 (Wilson)"),
        ("error", "Underpowered", "Underpowered, n needed 400"),
        ("skipped", "BelowThreshold", "not required; Fail: BelowThreshold, value 0.1"),
    ]


@pytest.mark.parametrize(
    ("row_", "wanted"),
    [
        (
            {"phase": "Failed", "reason": "OOMKilled", "message": "out of memory"},
            ("error", "OOMKilled", "out of memory"),
        ),
        ({"phase": "Cancelled", "reason": "Cancelled"}, ("error", "Cancelled", "could not run")),
        ({"phase": "AwaitingResults"}, ("error", "AwaitingResults", "is not over: AwaitingResults")),
        ({"primary": {"name": "score", "value": 0.5}}, ("passed", None, None)),
    ],
)
def test_what_could_not_run_is_an_error(row_: Json, wanted: tuple[str, str | None, str | None]) -> None:
    assert case(report(job(**row_))["run"]) == wanted


def test_a_sample_without_a_score_is_skipped_with_its_reason() -> None:
    suites = report(
        job(),
        row("a", score(value=0.0, explanation="no such city"), score("tone", "pending")),
        row("b", score(outcome="unscored", cause="model", error="content filter"), latency=1.25),
        row("c", score(outcome="skipped", explanation="no question")),
    )

    assert [case(suites["exact"], place) for place in range(3)] == [
        ("passed", None, None),
        ("skipped", "model", "content filter"),
        ("skipped", "skipped", "no question"),
    ]
    assert suites["exact"][0].findtext("system-out") == "score: 0\nadapter: no such city"
    assert suites["exact"][1].get("time") == "1.250"
    assert case(suites["tone"]) == ("skipped", "pending", "nobody has posted a score")


def test_a_frameworks_own_records_are_a_suite_of_their_benchmark() -> None:
    suites = report(
        job(id="arc", provider="harness"),
        {"sample_id": "1", "outcome": "scored", "scores": {"acc": 1.0}},
        {"sample_id": "2", "outcome": "unscored", "error": "no answer"},
    )

    assert [case(suites["harness/arc"], place) for place in range(2)] == [
        ("passed", None, None),
        ("skipped", "unscored", "no answer"),
    ]


def test_epochs_and_several_sources_are_told_apart() -> None:
    labels = [score("tone", source=f"human:{who}", label=label) for who, label in (("anna", "warm"), ("bert", "cold"))]
    suite = report(job(), row("a", *labels), row("a", *labels, epoch=2))["tone"]

    assert [one.get("name") for one in suite] == ["a", "a (epoch 2)"]
    assert suite[0].findtext("system-out") == "score: warm; cold"


def test_the_samples_are_read_anew_for_each_suite_and_never_kept() -> None:
    asked = []

    def rows() -> Iterator[Json]:
        asked.append(1)
        return (row(str(number), score("a", value=1), score("b", value=1)) for number in range(3))

    pieces = junit(job(), rows)

    assert "".join(pieces).count("<testcase") == 1 + 3 + 3
    assert len(asked) == 3


@given(st.text(), st.text())
def test_any_text_is_xml_that_says_the_same(sample: str, explanation: str) -> None:
    suite = report(job(), row(sample, score(value=1, explanation=explanation)))["exact"]

    allowed = all(
        c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" for c in explanation
    )
    if allowed and explanation:
        assert suite[0].findtext("system-out") == f"score: 1\nadapter: {explanation}"


def test_control_characters_are_written_as_a_programmer_would() -> None:
    suite = report(job(), row("a\x00b", score(value=1, explanation="\x1b[31m\ufffe <&>\r\n")))["exact"]

    assert suite[0].get("name") == "a\\u0000b"
    assert suite[0].findtext("system-out") == "score: 1\nadapter: \\u001b[31m\\ufffe <&>\r\n"
