"""Whatever is taken from the evidence of a comparison, one that did not pass still does not."""

from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from referee.core.evaluation.compare import Compared, Matched, compare
from referee.core.evaluation.compare import Run as Side
from referee.core.evaluation.decision import Terms
from referee.core.evaluation.decision import Test as Kind
from referee.core.evaluation.scoretype import ScoreType
from tests.unit.core.evaluation.runs import BOOLEAN, Bad, Evaluator, Run

KINDS: tuple[Kind, ...] = ("NonInferiority", "SignificantRegression", "Point")
SHARE = ScoreType("Numerical", min=0, max=1)


@dataclass
class Case:
    type: ScoreType
    here: list[Any]
    there: list[Any]
    terms: Terms
    unmatched: int

    def compared(self, here: list[Any], there: list[Any], unmatched: int = 0) -> Compared:
        evaluators = [Evaluator("it", self.type)]
        runs = [Run(evaluators, {"it": answers}) for answers in (here, there)]
        ours, theirs = (Side(run.table(), {"it": "d"}) for run in runs)
        matched = Matched(range(len(here)), self.unmatched + unmatched)
        return compare(ours, theirs, matched, runs[0].method, self.terms)[0]

    @property
    def result(self) -> str:
        return self.compared(self.here, self.there).result


@st.composite
def cases(draw: st.DrawFn) -> Case:
    type_, score = draw(st.sampled_from([(BOOLEAN, st.sampled_from([True, True, False])), (SHARE, st.floats(0, 1))]))
    size, odds = draw(st.integers(2, 25)), draw(st.sampled_from([0, 0, 2]))
    one = st.one_of(*[score] * 8, *[st.just(Bad())] * odds)
    columns = [draw(st.lists(one, min_size=size, max_size=size)) for _ in range(2)]
    terms = Terms(draw(st.sampled_from(KINDS)), draw(st.sampled_from([0, 0.05, 0.3])))
    return Case(type_, columns[0], columns[1], terms, draw(st.sampled_from([0, 0, 2])))


@settings(max_examples=120, deadline=None)
@given(cases(), st.integers(1, 5), st.booleans())
def test_when_more_samples_go_unscored_in_both_runs(case: Case, more: int, both: bool) -> None:
    lost = [Bad()] * more
    there: list[Any] = lost if both else [True] * more if case.type is BOOLEAN else [1.0] * more
    after = case.compared(case.here + lost, case.there + there).result
    assert after != "Pass" or case.result == "Pass"


@settings(max_examples=60, deadline=None)
@given(cases(), st.integers(1, 5))
def test_when_more_samples_are_in_one_run_alone(case: Case, more: int) -> None:
    after = case.compared(case.here, case.there, unmatched=more).result
    assert after != "Pass" or case.result == "Pass"
