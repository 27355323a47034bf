"""What several people's labels of one sample come to: one score, or none yet.

An evaluator of type Human waits until `minLabels` people have said something, if only that it does not apply: the rule
is `referee.core.evaluation.labels`, by which the gateway counts, too. Then the numbers of those who scored are averaged
(or their median taken), labels go by majority. A tie has no winner and is unscored: nobody's error, but no number
either. What an External evaluator posts is one score; a later one has replaced it.

Where people label a share of the samples, the others are skipped: said once in the journal by whoever first has the
sample, so that nobody waits for them. A label of one of these is kept and does not count: what people label beyond
what was drawn for them is no random part of the samples.
"""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from referee.core.evaluation.drawn import drawn
from referee.core.evaluation.labels import common
from referee_evaluators.evaluators.scores import types_of
from referee_evaluators.journal.records import score_of
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Score

_HUMAN = "human"
_OF_A_PERSON = "human:"
"""Sources begin with it; any other is the run's own, which has given the sample up."""


def left_out(evaluator: EvaluatorSpec, sample_id: str) -> bool:
    """Whether nobody is asked to label the sample."""
    return evaluator.type == "Human" and not drawn(sample_id, float(evaluator.block.get("sample") or 1))


def settled(
    evaluator: EvaluatorSpec,
    names: Sequence[str],
    kept: Mapping[tuple[str, str], Mapping[str, Any]],
    sample_id: str,
) -> dict[str, Score]:
    """The scores of an evaluator whose scores are posted; what is not settled is pending.

    Args:
        evaluator: External or Human.
        names: of its scores.
        kept: what was posted, by score and source.
        sample_id: what it was posted of.
    """
    if left_out(evaluator, sample_id):
        return {name: Score(name, "skipped") for name in names}
    found: dict[str, Score] = {}
    for name in names:
        posted = [score_of(wire) for (which, _), wire in kept.items() if which == name]
        posted = [score for score in posted if score.outcome != "pending"]
        if evaluator.type == "Human":
            found[name] = _together(evaluator, name, posted)
        else:
            found[name] = posted[-1] if posted else Score(name, "pending")
    return found


def _together(evaluator: EvaluatorSpec, name: str, posted: Sequence[Score]) -> Score:
    given_up = next((score for score in posted if not score.source.startswith(_OF_A_PERSON)), None)
    if given_up is not None:
        return given_up
    outcome = common([score.outcome for score in posted], int(evaluator.block.get("minLabels") or 1))
    if outcome != "scored":
        return next((score for score in posted if score.outcome == outcome), Score(name, "pending"))
    labels = [score for score in posted if score.outcome == "scored"]
    votes = tuple(score.value if score.label is None else score.label for score in labels)
    words = labels[0].label is not None or types_of(evaluator)[name].type == "Boolean"  # a third of a yes is no score
    how = evaluator.block.get("aggregation") or ("Majority" if words else "Mean")
    if how == "Majority":
        (first, times), *others = Counter(votes).most_common(2)
        if others and others[0][1] == times:
            return Score(name, "unscored", cause="evaluator", error=f"a tie of {len(votes)} labels", source=_HUMAN)
        winner = next(score for score, vote in zip(labels, votes, strict=True) if vote == first)
        return Score(name, "scored", value=winner.value, label=winner.label, votes=votes, source=_HUMAN)
    values = [score.value for score in labels if score.value is not None]
    if not values:
        return Score(name, "unscored", cause="evaluator", error=f"labels have no {how.lower()}", source=_HUMAN)
    value = statistics.median(values) if how == "Median" else statistics.fmean(values)
    return Score(name, "scored", value=value, votes=votes, source=_HUMAN)
