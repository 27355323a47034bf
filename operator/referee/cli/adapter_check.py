"""`referee adapter check`: a line a rule, and what to mend."""

import dataclasses
import json
import sys

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from referee.api.provider import Contract
from referee.cli.exit_codes import COULD_NOT_RUN, GATE_FAILED, OK
from referee.conformance.check import Report, check
from referee.conformance.engines import AsProcess, Engine, EngineError, container
from referee.conformance.scenarios import Scenario
from referee.conformance.trial import Subject

_STYLES = {"Kept": "green", "Broken": "bold red", "NotShown": "yellow"}
_WORDS = {"Kept": "kept", "Broken": "BROKEN", "NotShown": "not shown"}
_PIPED_WIDTH = 160


@dataclasses.dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    command: tuple[str, ...]
    contract: Contract
    subject: Subject
    image: str | None = None
    engine: str | None = None
    output: str = "table"


def run_check(options: Options) -> int:
    """Check the adapter and print the report; returns the exit code."""

    def engine() -> Engine:
        if options.image is not None:
            return container(options.image, options.command, options.engine)
        return AsProcess(options.command)

    try:
        report = check(engine, options.contract, options.subject, _tell)
    except EngineError as error:
        click.echo(f"referee: {error}", err=True)
        return COULD_NOT_RUN
    if options.output == "json":
        _print_json(report)
    else:
        _print_table(report, options.contract)
    return GATE_FAILED if report.broken else OK


def _tell(scenario: Scenario) -> None:
    click.echo(f"… {scenario.name}: {scenario.sentence}", err=True)


def _print_table(report: Report, contract: Contract) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("rule", "", "what was seen"):
        table.add_column(heading, overflow="fold")
    for finding in report.findings:
        outcome = finding.verdict.outcome
        table.add_row(finding.rule.id, Text(_WORDS[outcome], style=_STYLES[outcome]), Text(finding.verdict.evidence))
    console.print(table)
    for finding in report.broken:
        console.print(Text(f"\n{finding.rule.id}: {finding.rule.asks}", style="bold"), soft_wrap=True)
        console.print(Text(f"  Otherwise: {finding.rule.because}"), soft_wrap=True)
        console.print(Text(f"  Seen ({finding.rule.scenario.name}): {finding.verdict.evidence}"), soft_wrap=True)
    broken, kept = len(report.broken), sum(f.verdict.outcome == "Kept" for f in report.findings)
    said = f"{contract}: {kept} of {len(report.findings)} rules kept, {broken} broken"
    console.print(Text(f"\n{said}", style="bold red" if broken else "bold green"))


def _print_json(report: Report) -> None:
    findings = [
        {
            "rule": f.rule.id,
            "outcome": f.verdict.outcome,
            "evidence": f.verdict.evidence,
            "scenario": f.rule.scenario.name,
        }
        for f in report.findings
    ]
    click.echo(json.dumps({"broken": [f.rule.id for f in report.broken], "findings": findings}, indent=2))
