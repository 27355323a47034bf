"""Evaluators of a job: looked up, named, with the score that each gives, and refused where one cannot work."""

from typing import Literal

from referee.api.conditions import Reason
from referee.api.evaluation import Evaluation, EvaluatorUse
from referee.api.evaluationjob import EvaluationJob
from referee.api.evaluator import Evaluator, EvaluatorBlocks, EvaluatorType
from referee.api.graders import GraderBlock
from referee.api.nearest import alternatives
from referee.api.runplan import PlannedEvaluator
from referee.api.scoretype import ScoreType
from referee.core.checks.evaluator import needs_target, trouble_of
from referee.core.evaluation import scoretype
from referee.core.refusal import Refused
from referee.core.resolve.catalogue import Catalogue
from referee.core.resolve.digests import digest_of, names_of, with_operands
from referee.core.resolve.scoring import check_scoring

_BOOLEAN = ScoreType(type="Boolean")
_SHARE = ScoreType(type="Numerical", min=0, max=1)
_NEEDS_TARGET = ("string_check", "numeric", "choice", "similarity", "tool_call")
_RANKED = ("Median", "P95")

MAX_SCORE_NAME = 253
"""Characters of an evaluator's name in status; of one of several outputs, of `name.key`."""


def plan_evaluators(job: EvaluationJob, evaluation: Evaluation, catalogue: Catalogue) -> list[PlannedEvaluator]:
    """Every evaluator of the block.

    Raises:
        Refused: naming the evaluator and what is wrong with it.
    """
    planned = [_planned(job, number, use, catalogue) for number, use in enumerate(evaluation.evaluators)]
    names: set[str] = set()
    for evaluator in planned:
        for name in names_of(evaluator):
            if name in names:
                said = f"spec.evaluation.evaluators: two scores are called {name!r}: give one another name"
                raise Refused(Reason.INVALID_EVALUATOR, said)
            if len(name) > MAX_SCORE_NAME:
                said = (
                    f"spec.evaluation.evaluators: the score {name!r} has a name of {len(name)} characters,"
                    f" and {MAX_SCORE_NAME} are allowed: give the evaluator a shorter name, or its output a shorter key"
                )
                raise Refused(Reason.INVALID_EVALUATOR, said)
            names.add(name)
    for evaluator in planned:
        if wrong := trouble_of(evaluator.type, evaluator, names - {evaluator.name}):
            raise Refused(Reason.INVALID_EVALUATOR, f"evaluator {evaluator.name!r}: {wrong}")
    check_scoring(job, planned)
    return with_operands(planned)


def default_score(type_: str, grader: GraderBlock | None) -> ScoreType:
    """What an evaluator gives that does not say it."""
    if type_ != "Grader" or grader is None:
        return ScoreType()
    if grader.similarity is not None:
        return _SHARE
    if grader.latency is not None or grader.cost is not None:
        return ScoreType(min=0, lower_is_better=True)
    return ScoreType(min=0) if grader.length is not None else _BOOLEAN


def _planned(job: EvaluationJob, number: int, use: EvaluatorUse, catalogue: Catalogue) -> PlannedEvaluator:
    where = f"spec.evaluation.evaluators[{number}]"
    found = _found(where, use, catalogue) if use.ref is not None else None
    blocks: EvaluatorBlocks = found.spec if found is not None else use
    type_: EvaluatorType = found.spec.type if found is not None else (use.type or "Grader")
    name = use.name or (found.id if found is not None else "")
    if blocks.mode == "Online":
        said = f"{where}: {name!r} is for logs as they arrive (mode Online): set mode Both, or name another"
        raise Refused(Reason.INVALID_EVALUATOR, said)
    if type_ == "LLM" and blocks.llm is not None and blocks.llm.model is None and job.spec.model is None:
        said = f"{where}: the judge {name!r} has no model, and neither has the job: set its llm.model"
        raise Refused(Reason.INVALID_EVALUATOR, said)
    score = blocks.score or default_score(type_, blocks.grader)
    own = [field for field in EvaluatorBlocks.model_fields if field not in ("score", "arguments")]
    planned = PlannedEvaluator(
        **{field: getattr(blocks, field) for field in own},
        name=name,
        type=type_,
        score=score,
        arguments=blocks.arguments or _arguments(type_, blocks),
        digest=digest_of(type_, blocks, score, under_test=job.spec.model),
        weight=_weight(where, name, use, blocks, score),
        required=use.required,
        pass_criteria=use.pass_criteria,
    )
    _check_criteria(where, planned)
    return planned


def _found(where: str, use: EvaluatorUse, catalogue: Catalogue) -> Evaluator:
    found = catalogue.evaluator(use.ref or "")
    if found is None:
        raise Refused(
            Reason.EVALUATOR_NOT_FOUND,
            f"{where}.ref {use.ref!r}: no such Evaluator in this namespace or the catalogue"
            + alternatives(use.ref or "", catalogue.evaluator_ids()),
        )
    return found


def _arguments(type_: str, blocks: EvaluatorBlocks) -> Literal["TargetFree", "TargetRequired"]:
    needs = type_ == "Grader" and any(getattr(blocks.grader, name) is not None for name in _NEEDS_TARGET)
    needs = needs or (type_ == "Code" and blocks.code is not None and needs_target(blocks.code))
    return "TargetRequired" if needs else "TargetFree"


def _weight(where: str, name: str, use: EvaluatorUse, blocks: EvaluatorBlocks, score: ScoreType) -> float:
    scores = [output.score for output in blocks.outputs] or [score]
    scaled = all(scoretype.ScoreType.of(each).span is not None for each in scores)
    if use.weight is None:
        return 1 if scaled else 0
    if use.weight > 0 and not scaled:
        raise Refused(
            Reason.RANGE_REQUIRED,
            f"{where}: the score of {name!r} has no range and cannot be weighed: set score.min and score.max"
            " (of choices: a value each, not the same for all), or weight: 0",
        )
    return use.weight


def _check_criteria(where: str, planned: PlannedEvaluator) -> None:
    criteria, score = planned.pass_criteria, scoretype.ScoreType.of(planned.score)
    if criteria is None:
        return
    wrong = ""
    if planned.outputs:
        wrong = "it gives several scores, and criteria are for one: define an evaluator for the one that is gated"
    elif score.type in ("Comment", "JSON"):
        wrong = f"a score of type {score.type} is no number: leave passCriteria out"
    elif criteria.measure == "PassRate" and not score.has_pass_rule:
        wrong = "measure PassRate needs a rule of what passes: set score.passing, or score.passingChoices"
    elif criteria.measure in _RANKED and score.type != "Numerical":
        wrong = f"measure {criteria.measure} is for numerical scores: take Mean or PassRate"
    elif criteria.measure == "Mean" and not score.numeric:
        wrong = "a mean needs a value for every choice: set them, or take measure PassRate"
    if wrong:
        raise Refused(Reason.MEASURE_NOT_AVAILABLE, f"{where}: passCriteria of {planned.name!r}: {wrong}")
