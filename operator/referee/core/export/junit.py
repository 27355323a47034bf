"""JUnit, as Jenkins, GitLab and GitHub read it: the gates decide, the samples explain.

A suite `run` has a case for each benchmark: what could not run is an error. A suite for each evaluator, and for each
benchmark of a framework, has a case for each sample: a sample without a score is skipped, with its reason, and a sample
with a poor score passes, for whether many poor scores are too many is what gates are for: a single one would turn
Jenkins' build unstable. The suite `gates` has a case for each criterion: Fail is a failure, Unknown an error.

The counts of a suite stand before its cases, so samples are read once to be counted and then once for each suite:
nothing is kept meanwhile. Rejected: all suites in one reading, which takes memory, or a disk, for all but the first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from referee.core.export.table import number, shown
from referee.core.export.xml import attribute, content

Row = Mapping[str, Any]

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
TAIL = "</testsuites>\n"
_ENDED = ("Completed",)
_COULD_NOT = ("Failed", "Cancelled")


@dataclass(frozen=True, slots=True)
class _Case:
    """One case, and what it came to."""

    name: str
    classname: str
    result: str = ""
    """failure, error, skipped; empty: passed."""
    kind: str = ""
    message: str = ""
    output: str = ""
    seconds: float | None = None

    def text(self) -> str:
        time = "" if self.seconds is None else f' time="{self.seconds:.3f}"'
        inner = ""
        if self.result:
            kind = f" type={attribute(self.kind)}" if self.kind else ""
            inner += f"<{self.result}{kind} message={attribute(self.message)}/>"
        if self.output:
            inner += f"<system-out>{content(self.output)}</system-out>"
        return f"<testcase name={attribute(self.name)} classname={attribute(self.classname)}{time}>{inner}</testcase>\n"


@dataclass(slots=True)
class Suite:
    """A suite of samples, counted before it is written."""

    name: str
    evaluator: str | None
    """None: the benchmark's own scores."""
    index: int
    cases: int = 0
    skipped: int = 0

    def head(self) -> str:
        """Its first tag."""
        return _open(self.name, self.cases, skipped=self.skipped)


@dataclass(slots=True)
class JUnit:
    """The report of one job."""

    job: Row
    suites: list[Suite] = field(default_factory=list)
    """Of samples; complete once every row was counted."""
    _known: dict[tuple[int, str | None], Suite] = field(default_factory=dict)

    def count(self, row: Row) -> None:
        """Take a sample in."""
        for suite in self._suites_of(row):
            suite.cases += 1
            suite.skipped += _sample(suite, row).result == "skipped"

    def case(self, suite: Suite, row: Row) -> str:
        """A sample's case; empty: it is none of the suite's."""
        return _sample(suite, row).text() if any(each is suite for each in self._suites_of(row)) else ""

    def run(self) -> str:
        """The suite of benchmarks."""
        return _whole("run", [_ran(row) for row in _status(self.job).get("benchmarks") or ()])

    def gates(self) -> str:
        """The suite of criteria."""
        gates = (_status(self.job).get("verdict") or {}).get("gates") or ()
        return _whole("gates", [_gate(gate) for gate in gates])

    def _suites_of(self, row: Row) -> list[Suite]:
        scores, index = row.get("scores"), int(row.get("benchmark_index") or 0)
        if not isinstance(scores, list):
            return [self._suite(index, None)]
        return [self._suite(index, name) for name in dict.fromkeys(str(s.get("evaluator")) for s in scores)]

    def _suite(self, index: int, evaluator: str | None) -> Suite:
        if (suite := self._known.get((index, evaluator))) is None:
            name = _benchmark(self.job, index) if evaluator is None else evaluator
            suite = self._known[index, evaluator] = Suite(name, evaluator, index)
            self.suites.append(suite)
        return suite


def junit(job: Row, rows: Callable[[], Iterable[Row]]) -> Iterator[str]:
    """The whole report, in pieces; `rows` is asked for the samples several times."""
    report = JUnit(job)
    for row in rows():
        report.count(row)
    yield HEAD + report.run()
    for suite in list(report.suites):
        yield suite.head()
        for row in rows():
            if text := report.case(suite, row):
                yield text
        yield SUITE_TAIL
    yield report.gates() + TAIL


SUITE_TAIL = "</testsuite>\n"


def _sample(suite: Suite, row: Row) -> _Case:
    epoch = row.get("epoch") or 1
    name = f"{row.get('sample_id', '')}" + (f" (epoch {epoch})" if epoch != 1 else "")
    seconds = row.get("latency")
    timed = float(seconds) if isinstance(seconds, int | float) else None
    case = _Case(name or "a sample", suite.name, seconds=timed)
    if suite.evaluator is None:
        return _record(row, case)
    scores = [score for score in row["scores"] if score.get("evaluator") == suite.evaluator]
    scored = [score for score in scores if score.get("outcome", "scored") == "scored"]
    if scored:
        explained = (f"{score['source']}: {score['explanation']}" for score in scored if score.get("explanation"))
        return replace(case, output="\n".join([f"score: {shown(scored)}", *explained]))
    first = scores[0]
    outcome = str(first.get("outcome"))
    said = first.get("error") or first.get("explanation") or _SAID.get(outcome, outcome)
    return replace(case, result="skipped", kind=str(first.get("cause") or outcome), message=str(said))


_SAID = {"pending": "nobody has posted a score", "skipped": "does not apply", "unscored": "has no score"}


def _record(row: Row, case: _Case) -> _Case:
    """The case of a framework's own record."""
    outcome = str(row.get("outcome") or "scored")
    if outcome != "scored" or row.get("error"):
        said = row.get("error") or row.get("reason") or _SAID.get(outcome, outcome)
        said = said.get("message", said) if isinstance(said, Mapping) else said
        return replace(case, result="skipped", kind=outcome, message=str(said))
    scores = row.get("scores")
    listed = [f"{name}: {value}" for name, value in scores.items()] if isinstance(scores, Mapping) else []
    return replace(case, output="\n".join(listed))


def _ran(row: Row) -> _Case:
    name, phase = f"benchmark {row.get('provider')}/{row.get('id')}", str(row.get("phase"))
    if phase in _ENDED:
        primary = row.get("primary") or {}
        output = f"{primary['name']}: {number(primary['value'])}" if "value" in primary else ""
        return _Case(name, "run", output=output)
    kind = str(row.get("reason") or phase)
    said = row.get("message") or ("could not run" if phase in _COULD_NOT else f"is not over: {phase}")
    return _Case(name, "run", "error", kind, str(said))


def _gate(gate: Row) -> _Case:
    bound = "" if gate.get("bound", "Point") == "Point" else f", {gate['bound']} bound"
    name = f"{gate.get('subject')}: {gate.get('measure', 'Mean')}{bound}"
    said = _gate_text(gate)
    if gate.get("required") is False:
        return _Case(name, "gates", "skipped", str(gate.get("reason")), f"not required; {gate.get('result')}: {said}")
    result = {"Pass": "", "Fail": "failure"}.get(str(gate.get("result")), "error")
    return _Case(name, "gates", result, str(gate.get("reason")), said, "" if result else said)


def _gate_text(gate: Row) -> str:
    parts = [str(gate.get("reason"))]
    for word, key in (("value", "value"), ("threshold", "threshold"), ("n", "n"), ("n needed", "nNeeded")):
        if isinstance(value := gate.get(key), int | float):
            parts.append(f"{word} {number(value)}")
    if isinstance(gate.get("ciLow"), int | float) and isinstance(gate.get("ciHigh"), int | float):
        parts.append(f"interval {number(gate['ciLow'])} to {number(gate['ciHigh'])} ({gate.get('method')})")
    return ", ".join(parts)


def _whole(name: str, cases: list[_Case]) -> str:
    counts = {kind: sum(case.result == kind for case in cases) for kind in ("failure", "error", "skipped")}
    head = _open(name, len(cases), counts["failure"], counts["error"], counts["skipped"])
    return head + "".join(case.text() for case in cases) + SUITE_TAIL


def _open(name: str, tests: int, failures: int = 0, errors: int = 0, skipped: int = 0) -> str:
    counts = f'tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
    return f"<testsuite name={attribute(name)} {counts}>\n"


def _status(job: Row) -> Row:
    status: Row = job.get("status") or {}
    return status


def _benchmark(job: Row, index: int) -> str:
    rows = _status(job).get("benchmarks") or ()
    return next((f"{row['provider']}/{row['id']}" for row in rows if row.get("index") == index), f"benchmark {index}")
