"""The kit finds each fault, and nothing but it."""

import sys
from pathlib import Path

import pytest

from referee.api.provider import Contract
from referee.conformance.check import Report, check
from referee.conformance.engines import AsProcess
from referee.conformance.rules import rules_of
from referee.conformance.trial import Subject

FAULTY = Path(__file__).with_name("faulty.py")
SUBJECT = Subject(primary="acc", patience=6, slow=0.3, grace=1.5)

EVERY_RULE = [(contract, rule.id) for contract in ("evalhub-v1", "referee-v1") for rule in rules_of(contract)]


def checked(contract: Contract, breaks: str = "") -> Report:
    command = [sys.executable, "-I", "-S", str(FAULTY), contract, *([breaks] if breaks else [])]
    return check(lambda: AsProcess(command), contract, SUBJECT)


@pytest.mark.parametrize("contract", ["evalhub-v1", "referee-v1"])
def test_an_adapter_without_a_fault_keeps_every_rule(contract: Contract) -> None:
    report = checked(contract)
    assert {f.rule.id: f.verdict.evidence for f in report.findings if f.verdict.outcome != "Kept"} == {}


@pytest.mark.parametrize(("contract", "rule"), EVERY_RULE)
def test_a_broken_rule_is_named_and_no_other(contract: Contract, rule: str) -> None:
    report = checked(contract, breaks=rule)
    assert [finding.rule.id for finding in report.broken] == [rule]
    assert report.broken[0].verdict.evidence
