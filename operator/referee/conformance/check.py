"""The check as a whole: every scenario of a contract once, then every rule."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from referee.api.provider import Contract
from referee.conformance import trial
from referee.conformance.engines import Engine
from referee.conformance.rules import Rule, rules_of
from referee.conformance.scenarios import Scenario
from referee.conformance.transcript import Transcript
from referee.conformance.trial import Subject
from referee.conformance.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule and what came of it."""

    rule: Rule
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, and what was seen."""

    findings: tuple[Finding, ...]
    seen: dict[str, Transcript]

    @property
    def broken(self) -> list[Finding]:
        """Rules that were broken."""
        return [finding for finding in self.findings if finding.verdict.outcome == "Broken"]


def check(
    engine: Callable[[], Engine],
    contract: Contract,
    subject: Subject,
    tell: Callable[[Scenario], None] = lambda _: None,
) -> Report:
    """Run the adapter through the scenarios of a contract and judge it.

    Args:
        engine: makes what starts it, anew for each scenario.
        contract: what it claims to keep.
        subject: what it is asked.
        tell: hears each scenario before it is run.

    Raises:
        EngineError: it cannot be started here.
    """
    rules = rules_of(contract)
    seen: dict[str, Transcript] = {}
    for scenario in dict.fromkeys(rule.scenario for rule in rules):
        tell(scenario)
        seen[scenario.name] = asyncio.run(trial.run(engine(), subject, scenario))
    return Report(tuple(Finding(rule, rule.judge(seen)) for rule in rules), seen)
