"""`referee diff`: two runs beside each other, the figures first, then the samples that got worse.

Texts of samples are somebody else's: what could act on a terminal is shown as a sign.
"""

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from referee.cli import exit_codes
from referee.cli.grid import console, grid
from referee.cli.remote.asking import ask, checked, nobody_reads
from referee.cli.remote.flags import Flags
from referee.cli.remote.port import Remote
from referee.cli.results.asked import is_here
from referee.cli.results.writing import standard_output_to
from referee.cli.views.directory import read_directory
from referee.cli.views.remote import remote_view
from referee.local.errors import LocalError
from referee.report.numbers import NOTHING, count, interval, number, signed
from referee.report.pairing import Pair, Paired, Sign, pair
from referee.report.runview import Document, RunView, Sample, number_of, text_of
from referee.report.sections.samples import said
from referee.report.visible import clipped, visible

_MOST_TEXT = 2000
_SIGNS: dict[str, Sign] = {"regressed": -1, "improved": 1}


@dataclass(frozen=True, slots=True)
class Diff:
    """The command's arguments."""

    before: str
    after: str
    which: str | None = None
    """regressed or improved: samples to show; None: figures alone."""
    limit: int = 20
    as_json: bool = False
    file: Path | None = None


def diff(flags: Flags, asked: Diff) -> int:
    """Print what differs."""
    try:
        if is_here(asked.before, flags) and is_here(asked.after, flags):
            _show(read_directory(Path(asked.before)), read_directory(Path(asked.after)), asked)
            return exit_codes.OK
        return ask(flags, lambda remote: _elsewhere(remote, flags, asked))
    except LocalError as error:
        sys.stderr.writelines(f"Error: {problem}\n" for problem in error.problems)
        return exit_codes.COULD_NOT_RUN
    except BrokenPipeError:
        return nobody_reads()


async def _elsewhere(remote: Remote, flags: Flags, asked: Diff) -> int:
    before, after = [
        read_directory(Path(target))
        if is_here(target, flags)
        else await remote_view(remote, checked(target), samples=True)
        for target in (asked.before, asked.after)
    ]
    _show(before, after, asked)
    return exit_codes.OK


def _show(before: RunView, after: RunView, asked: Diff) -> None:
    found = pair(after, before, asked.limit, _SIGNS[asked.which] if asked.which else 0)
    if not found.matched:
        problem = f"{before.origin} and {after.origin} have no sample in common: the same id and the same question"
        raise LocalError([f"{problem}; nothing can be compared"])
    with standard_output_to(asked.file):
        if asked.as_json:
            sys.stdout.write(json.dumps(_document(before, after, found), indent=2, ensure_ascii=False) + "\n")
        else:
            _print(before, after, found, asked)
        sys.stdout.flush()


def _document(before: RunView, after: RunView, found: Paired) -> Document:
    counts = {name: getattr(found, name) for name in ("matched", "unmatched", "improved", "regressed", "tied")}
    return {
        "before": before.name,
        "after": after.name,
        **counts,
        "metrics": found.metrics,
        "samples": [
            {"sample_id": p.here.id, "change": p.change, "input": p.here.input, "target": p.here.target}
            | {side: _side(sample) for side, sample in (("before", p.there), ("after", p.here))}
            for p in found.pairs
        ],
    }


def _side(sample: Sample) -> Document:
    told = ("evaluator", "outcome", "value", "label", "explanation")
    scores = [{name: getattr(score, name) for name in told} for score in sample.scores]
    return {"output": sample.output, "error": sample.error, "scores": scores}


def _print(before: RunView, after: RunView, found: Paired, asked: Diff) -> None:
    out = console()
    without = f", {count(found.incomparable)} of them without a score on one side" if found.incomparable else ""
    matched = f"{count(found.matched)} samples matched{without}, {count(found.unmatched)} not"
    out.print(Text(f"{after.name} beside {before.name}: {matched}"), soft_wrap=True)
    confidence = 100 * (number_of(after.spec.get("confidence")) or 0.95)
    if found.metrics:
        out.print(_figures(found, f"{confidence:g} % CI"))
    totals = f"{count(found.improved)} samples better, {count(found.regressed)} worse, {count(found.tied)} the same"
    out.print(Text(totals), soft_wrap=True)
    for each in found.pairs:
        out.print()
        _print_pair(each, before.name, after.name)
    if asked.which:
        left = getattr(found, asked.which) - len(found.pairs)
        if left > 0:
            out.print(Text(f"\n{count(left)} more: --limit"), soft_wrap=True)


def _figures(found: Paired, ci: str) -> Table:
    right = ("before", "after", "difference", "p", "n", "better", "worse", "same", "MDE")
    table = grid("metric", "before", "after", "difference", ci, *right[3:], right=right)
    for metric in found.metrics:
        values = {name: number_of(metric.get(name)) for name in ("valueHere", "valueThere", "delta", "p", "mde")}
        ends = number_of(metric.get("ciLow")), number_of(metric.get("ciHigh"))
        cells = (
            text_of(metric.get("name")) or "",
            number(values["valueThere"]),
            number(values["valueHere"]),
            signed(values["delta"]),
            interval(*ends, text_of(metric.get("method"))),
            NOTHING if values["p"] is None else f"{values['p']:.3g}",
            *(count(number_of(metric.get(name))) for name in ("n", "improved", "regressed", "tied")),
            number(values["mde"] or None),
        )
        table.add_row(*map(Text, cells))
    return table


def _print_pair(each: Pair, before: str, after: str) -> None:
    """The question over the whole width, the two answers beside each other."""
    out = console()
    width = shutil.get_terminal_size((160, 24)).columns if sys.stdout.isatty() else 160
    out.rule(Text(f"{visible(each.here.id)}  {signed(each.change)}"), align="left", characters="─")
    out.print(Text(f"input: {_text(each.here.input)}"), soft_wrap=True)
    if each.here.target is not None:
        out.print(Text(f"target: {_text(each.here.target)}"), soft_wrap=True)
    table = Table(box=None, pad_edge=False, show_header=True, header_style="bold", width=width)
    for heading in (before, after):
        table.add_column(Text(heading), ratio=1, overflow="fold")
    table.add_row(Text(_answer(each.there)), Text(_answer(each.here)))
    out.print(table)


def _answer(sample: Sample) -> str:
    lines = [_text(sample.output) if sample.output is not None else f"no output: {_text(sample.error or '')}", ""]
    for score in sample.scores:
        why = f"\n  {_text(score.explanation)}" if score.explanation else ""
        lines.append(f"{visible(score.evaluator)}: {said(score)}{why}")
    return "\n".join(lines)


def _text(text: str) -> str:
    kept, left = clipped(text, _MOST_TEXT)
    return visible(kept) + (f" … {count(left)} characters more" if left else "")
