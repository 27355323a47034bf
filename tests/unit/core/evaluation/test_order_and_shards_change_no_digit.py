from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from referee.core.evaluation.compare import Matched, compare
from referee.core.evaluation.compare import Run as Side
from referee.core.evaluation.decision import Terms
from referee.core.evaluation.document import document
from referee.core.evaluation.scoretype import ScoreType
from referee.core.evaluation.table import Table
from tests.unit.core.evaluation.runs import PENDING, SKIPPED, TONE, Bad, Criterion, Evaluator, Run, put

SHARE = ScoreType("Numerical", min=0, max=1, passing=0.5)
EVALUATORS = [
    Evaluator("exact"),
    Evaluator("share", SHARE, 0.3, Criterion("Median")),
    Evaluator("tone", TONE, 0.1),
]
ERRORS = st.sampled_from([Bad(), Bad("model"), SKIPPED, PENDING, None])
SCORES = {
    "exact": st.booleans() | ERRORS,
    "share": st.floats(0, 1) | ERRORS,
    "tone": st.sampled_from(["rude", "plain", "kind"]) | ERRORS,
}


@st.composite
def runs(draw: st.DrawFn) -> Run:
    size, epochs = draw(st.integers(1, 25)), draw(st.sampled_from([1, 1, 3]))
    answers: dict[str, list[Any]] = {
        name: draw(
            st.lists(st.lists(scores, min_size=epochs, max_size=epochs), min_size=size, max_size=size),
        )
        for name, scores in SCORES.items()
    }
    words = st.lists(st.sampled_from("abcdefghijklm"), min_size=size, max_size=size)
    return Run(
        EVALUATORS,
        answers,
        epochs=epochs,
        slices=draw(words),
        clusters=draw(words) if draw(st.booleans()) else (),
        criteria=Criterion("P95", "metadata.part", "a"),
    )


@settings(max_examples=60, deadline=None)
@given(runs(), st.randoms(use_true_random=False))
def test_the_order_in_which_scores_come(run: Run, random: Any) -> None:
    table = run.table()
    later = Table((c.spec for c in table.columns.values()), epochs=run.epochs, slices=list(table.slices))
    size = len(run.answers["exact"])
    for position in sorted(range(size), key=lambda _: random.random()):
        later.sample(
            position, [run.slices[position]] * len(table.slices), run.clusters[position] if run.clusters else None
        )
    cells = [(at, epoch, name) for at in range(size) for epoch in range(run.epochs) for name in run.answers]
    random.shuffle(cells)
    for at, epoch, name in cells + cells[: len(cells) // 3]:
        put(later, at, epoch + 1, name, run.answers[name][at][epoch])
    assert document(later, run.evaluators, run.method, run.criteria) == run.document()


@settings(max_examples=60, deadline=None)
@given(runs(), st.randoms(use_true_random=False))
def test_the_order_of_the_dataset(run: Run, random: Any) -> None:
    order = list(range(len(run.answers["exact"])))
    random.shuffle(order)
    moved = Run(
        run.evaluators,
        {name: [answers[at] for at in order] for name, answers in run.answers.items()},
        epochs=run.epochs,
        slices=[run.slices[at] for at in order],
        clusters=[run.clusters[at] for at in order] if run.clusters else (),
        criteria=run.criteria,
    )
    assert moved.document() == run.document()


@settings(max_examples=40, deadline=None)
@given(runs(), st.randoms(use_true_random=False))
def test_of_a_comparison(run: Run, random: Any) -> None:
    size = len(run.answers["exact"])
    shifted = {name: [*answers[1:], answers[0]] for name, answers in run.answers.items()}
    order = list(range(size))
    random.shuffle(order)

    def compared(places: list[int]) -> list[Any]:
        sides = []
        for answers in (run.answers, shifted):
            side = Run(
                run.evaluators,
                {name: [given[at] for at in places] for name, given in answers.items()},
                epochs=run.epochs,
                clusters=[run.clusters[at] for at in places] if run.clusters else (),
            )
            sides.append(Side(side.table(), dict.fromkeys(answers, "d")))
        terms = Terms("NonInferiority", 0.02, 0.9, 0.95)
        return compare(sides[0], sides[1], Matched(range(size), 0), run.method, terms)

    assert compared(order) == compared(list(range(size)))
