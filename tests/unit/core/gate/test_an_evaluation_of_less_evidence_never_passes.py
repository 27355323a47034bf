"""Whatever is taken from the evidence of an evaluation, a verdict that did not pass still does not."""

from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from referee.api.benchmark import PassCriteria
from referee.api.runplan import PlannedEvaluator
from referee.core.evaluation.outcomes import Policies
from referee.core.evaluation.reading import Reduction
from referee.core.evaluation.scoretype import ScoreType
from tests.unit.core.evaluation.runs import BOOLEAN, JUDGE, PENDING, SKIPPED, Bad
from tests.unit.core.gate.evaluations import criteria, planned, verdict

SHARE = ScoreType("Numerical", min=0, max=1, passing=0.5)
TYPES = {"exact": BOOLEAN, "judge": JUDGE, "errors": ScoreType("Numerical", min=0, max=1, lower_is_better=True)}
BAD = st.sampled_from([Bad(), Bad("model")])
SCORES: dict[str, st.SearchStrategy[Any]] = {
    "exact": st.sampled_from([True, True, True, False]),
    "judge": st.sampled_from([1, 3, 4, 5, 5, 5]),
    "errors": st.sampled_from([0.0, 0.0, 0.1, 0.5]) | st.floats(0, 1),
}
THRESHOLDS = {"exact": st.floats(0.3, 1), "judge": st.floats(2, 5), "errors": st.floats(0, 0.6)}


@dataclass
class Case:
    evaluators: list[PlannedEvaluator]
    answers: dict[str, list[Any]]
    job: PassCriteria | None
    epochs: int
    max_error_rate: float | None
    policies: Policies
    confidence: float

    def result(self, answers: dict[str, list[Any]], cut: Any = lambda document: document) -> str:
        return verdict(
            self.evaluators,
            answers,
            self.job,
            max_error_rate=self.max_error_rate,
            cut=cut,
            policies=self.policies,
            epochs=self.epochs,
            reductions=[Reduction()],
            confidence=self.confidence,
        ).result


def bound(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(["Point", "Worst"]))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    names = draw(st.lists(st.sampled_from(list(TYPES)), min_size=1, max_size=2, unique=True))
    size, epochs = draw(st.integers(1, 40)), draw(st.sampled_from([1, 1, 1, 2]))
    evaluators, answers = [], {}
    for name in names:
        gate = criteria(draw(THRESHOLDS[name]), bound=bound(draw)) if draw(st.booleans()) else None
        evaluators.append(planned(name, TYPES[name], gate, draw(st.sampled_from([1, 2]))))
        odds = draw(st.sampled_from([0, 0, 1, 3]))
        one = st.one_of(*[SCORES[name]] * 9, *[BAD] * odds)
        column = draw(st.lists(st.lists(one, min_size=epochs, max_size=epochs), min_size=size, max_size=size))
        answers[name] = column
    return Case(
        evaluators,
        answers,
        criteria(draw(st.floats(0.3, 1)), bound=bound(draw)) if draw(st.booleans()) else None,
        epochs,
        draw(st.sampled_from([None, None, 0.2, 0.5])),
        Policies(evaluator=draw(st.sampled_from(["Exclude", "Exclude", "Worst"]))),
        draw(st.sampled_from([0.6, 0.95, 0.95, 0.999])),
    )


@settings(max_examples=400, deadline=None)
@given(cases(), st.integers(1, 6))
def test_when_more_samples_go_unscored(case: Case, more: int) -> None:
    fewer = {name: [*column, *[[Bad()] * case.epochs] * more] for name, column in case.answers.items()}
    assert case.result(fewer) != "Pass" or case.result(case.answers) == "Pass"


@settings(max_examples=200, deadline=None)
@given(cases(), st.data())
def test_when_a_score_is_still_to_come(case: Case, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([e.name for e in case.evaluators]))
    at = data.draw(st.integers(0, len(case.answers[name]) - 1))
    column = [*case.answers[name]]
    column[at] = [PENDING] * case.epochs
    gated = case.job is not None or any(e.pass_criteria for e in case.evaluators if e.name == name)
    if gated:
        assert case.result({**case.answers, name: column}) != "Pass"


@settings(max_examples=150, deadline=None)
@given(cases(), st.data())
def test_when_the_document_lacks_something(case: Case, data: st.DataObject) -> None:
    what = data.draw(st.sampled_from(["evaluator", "measures", "metrics", "score", "ends", "samples"]))
    name = data.draw(st.sampled_from([e.name for e in case.evaluators]))

    def cut(document: dict[str, Any]) -> dict[str, Any]:
        entries = [e for e in document["evaluators"] if e["name"] == name]
        if what == "evaluator":
            document["evaluators"] = [e for e in document["evaluators"] if e["name"] != name]
        elif what == "measures":
            entries[0]["measures"] = []
        elif what == "ends":
            for measure in [*entries[0]["measures"], document.get("score", {})]:
                for key in ("ciLow", "ciHigh", "ifWorst", "ifBest", "worstLow", "worstHigh", "bestLow", "bestHigh"):
                    measure.pop(key, None)
        else:
            document.pop(what, None)
        return document

    # with an accepted error rate, whether a scenario is known does matter, and may turn an Unknown into what it is
    if case.max_error_rate is None:
        assert case.result(case.answers, cut) != "Pass" or case.result(case.answers) == "Pass"


@settings(max_examples=150, deadline=None)
@given(cases(), st.data())
def test_when_a_sample_is_skipped_by_all(case: Case, data: st.DataObject) -> None:
    # What does not apply is no sample of the evaluator: the figures are those without it.
    at = data.draw(st.integers(0, len(next(iter(case.answers.values()))) - 1))
    skipped = {
        name: [[SKIPPED] * case.epochs if place == at else cell for place, cell in enumerate(column)]
        for name, column in case.answers.items()
    }
    gone = {name: [c for place, c in enumerate(column) if place != at] for name, column in case.answers.items()}
    if all(gone.values()):
        assert case.result(skipped) == case.result(gone)
