"""The `evaluation:` block: its dataset and its evaluators found, its defaults filled in, what cannot work refused.

It becomes one benchmark, so that everything that holds for benchmarks (retries, deadlines, suspend, journal) holds for
it, too. Its primary score is the weighted score of its evaluators, combined sample by sample by the adapter.
"""

from dataclasses import dataclass
from typing import Any

from referee.api.benchmark import PassCriteria, PrimaryScore
from referee.api.conditions import Reason
from referee.api.dataset import DataSource, FileFormat
from referee.api.evaluation import Evaluation, EvaluationData, OutputsOf
from referee.api.evaluationjob import EvaluationJob
from referee.api.nearest import alternatives
from referee.api.runplan import (
    EVALUATION,
    EVALUATORS_PROVIDER,
    FrozenRun,
    PlannedBenchmark,
    PlannedData,
    PlannedEvaluation,
    PlannedEvaluator,
)
from referee.api.testdata import ConfigMapSource, TestData
from referee.core.evaluation.datapoint import Datapoint, DatasetDigest
from referee.core.evaluation.inline import InlineError, datapoints_of
from referee.core.refusal import Refused
from referee.core.resolve.catalogue import Catalogue
from referee.core.resolve.evaluators import plan_evaluators
from referee.core.resolve.runs import frozen_run

SCORE = "score"
"""The metric that stands for the whole: the evaluators' scores, normalised and weighted."""
_FETCHED = ("pvc", "http", "s3", "git", "hf")


@dataclass(frozen=True, slots=True)
class Keys:
    """What allows evaluators of type Code: both, or none of them runs."""

    provider: bool
    operator: bool


def plan_evaluation(job: EvaluationJob, catalogue: Catalogue, keys: Keys) -> PlannedEvaluation:
    """The block with everything found that it refers to.

    Raises:
        Refused: naming the field and the culprit.
    """
    evaluation = job.spec.evaluation
    if evaluation is None:
        raise ValueError("the job has no evaluation")
    evaluators = plan_evaluators(job, evaluation, catalogue)
    _check_code(evaluators, keys)
    data = _data(evaluation.dataset, catalogue)
    points = _known_points(data, evaluation)
    if points is not None:
        _check_targets(evaluators, points)
    return PlannedEvaluation(
        data=data,
        data_digest=_digest(points) if points is not None else "",
        count=_count(job, evaluation, points),
        evaluators=evaluators,
        allow_code=any(e.type == "Code" for e in evaluators),
    )


def as_benchmark(job: EvaluationJob, planned: PlannedEvaluation) -> PlannedBenchmark:
    """The one benchmark that it is."""
    evaluation = job.spec.evaluation
    weighted = any(e.weight > 0 for e in planned.evaluators)
    return PlannedBenchmark(
        index=0,
        id=EVALUATION,
        provider=EVALUATORS_PROVIDER,
        num_examples=evaluation.num_examples if evaluation else None,
        sampling=evaluation.sampling if evaluation else None,
        weight=1 if weighted else 0,
        primary_score=PrimaryScore(metric=SCORE, range=[0, 1]) if weighted else None,
        test_data=_test_data(planned.data),
    )


def check_combined(criteria: PassCriteria | None) -> None:
    """Refuse what the combined score of an evaluation cannot be asked.

    Raises:
        Refused: it has neither a rule of what passes nor people to agree with.
    """
    if criteria is None:
        return
    wrong = ""
    if criteria.measure == "PassRate":
        wrong = (
            "measure PassRate needs a rule of what passes, and the combined score has none: take Mean, Median or P95"
        )
    elif criteria.require_agreement is not None:
        wrong = "requireAgreement is between one judge and people: set it on the judge's own passCriteria"
    if wrong:
        raise Refused(Reason.MEASURE_NOT_AVAILABLE, f"spec.passCriteria: {wrong}")


def measured_of(job: EvaluationJob, planned: PlannedEvaluation) -> dict[str, Any]:
    """What of it decides the numbers, for the plan's digest."""
    evaluation = job.spec.evaluation
    block = evaluation.wire() if evaluation else {}
    block.pop("evaluators", None)
    block.pop("dataset", None)
    data = planned.data.wire() | ({"digest": planned.data_digest} if planned.data_digest else {})
    epochs = job.spec.execution.epochs.wire()
    return {
        "evaluation": {**block, "data": data, "evaluators": [[e.name, e.digest] for e in planned.evaluators]},
        "epochs": epochs,
    }


def _check_code(evaluators: list[PlannedEvaluator], keys: Keys) -> None:
    code = next((e for e in evaluators if e.type == "Code"), None)
    if code is None or (keys.provider and keys.operator):
        return
    missing = " and ".join(
        name
        for name, there in (
            (f"spec.adapter.allowCode of Provider {EVALUATORS_PROVIDER!r}", keys.provider),
            ("REFEREE_ALLOW_CODE of the operator (--allow-code of referee run)", keys.operator),
        )
        if not there
    )
    said = f"evaluator {code.name!r} is code, which needs two keys, and lacks {missing}: set it, or leave it out"
    raise Refused(Reason.CODE_NOT_ALLOWED, said)


def _data(given: EvaluationData, catalogue: Catalogue) -> PlannedData:
    if given.posted is not None:
        return PlannedData(posted=given.posted)
    if given.outputs_of is not None:
        return PlannedData(outputs_of=_outputs(given.outputs_of, catalogue))
    if given.ref is None:
        return _from_source(given, given.file).model_copy(update={"inline": None, "in_spec": given.inline is not None})
    dataset = catalogue.dataset(given.ref)
    if dataset is None:
        raise Refused(
            Reason.DATASET_NOT_FOUND,
            f"spec.evaluation.dataset.ref {given.ref!r}: no such Dataset in this namespace or the catalogue"
            + alternatives(given.ref, catalogue.dataset_ids()),
        )
    return _from_source(dataset.spec, dataset.spec.file)


def _from_source(source: DataSource, file: FileFormat) -> PlannedData:
    known = {name: getattr(source, name) for name in DataSource.model_fields}
    return PlannedData(**known, file=file)


def _outputs(asked: OutputsOf, catalogue: Catalogue) -> FrozenRun:
    other = catalogue.evaluation_job(asked.job_ref)
    where = f"spec.evaluation.dataset.outputsOf.jobRef {asked.job_ref!r}"
    if other is None:
        raise Refused(Reason.JOB_NOT_FOUND, f"{where}: no such EvaluationJob in this namespace")
    if other.spec.evaluation is None:
        said = f"{where}: it has no evaluation block, so its outputs are a framework's own: name another"
        raise Refused(Reason.JOB_NOT_FOUND, said)
    return frozen_run(other, asked.attempt, Reason.JOB_NOT_FOUND, where)


def _known_points(data: PlannedData, evaluation: Evaluation) -> list[Datapoint] | None:
    """The datapoints where they stand in a manifest; None where only the run will read them."""
    rows = evaluation.dataset.inline if data.in_spec else data.inline
    if rows is None:
        return None
    try:
        return list(datapoints_of(rows, data.file.mapping))
    except InlineError as error:
        where = "spec.evaluation.dataset" if data.in_spec else f"Dataset {evaluation.dataset.ref!r}: spec"
        raise Refused(Reason.INVALID_DATA, f"{where}.inline{error}") from None


def _count(job: EvaluationJob, evaluation: Evaluation, points: list[Datapoint] | None) -> int | None:
    """How many outputs there will be; asked for where nobody else could tell that all are posted."""
    if points is None:
        if evaluation.generation == "External" and job.spec.external_results.completion == "Auto":
            raise Refused(
                Reason.INVALID_DATA,
                "spec.externalResults.completion Auto needs datapoints that stand in a manifest, or nobody can say when"
                " all outputs are posted: set Explicit or Idle",
            )
        return None
    taken = min(len(points), evaluation.num_examples or len(points))
    return taken * job.spec.execution.epochs.count


def _digest(points: list[Datapoint]) -> str:
    digest = DatasetDigest()
    for point in points:
        digest.add(point)
    return digest.text()


def _check_targets(evaluators: list[PlannedEvaluator], points: list[Datapoint]) -> None:
    """A run that could score less than half of its samples is a mistake in its data."""
    lacking = sum(point.target is None for point in points)
    needing = next((e for e in evaluators if e.arguments == "TargetRequired"), None)
    if needing is not None and 2 * lacking > len(points):
        raise Refused(
            Reason.TARGETS_MISSING,
            f"evaluator {needing.name!r} needs a target, and {lacking} of {len(points)} datapoints have none: add them,"
            " or set arguments: TargetFree",
        )


def _test_data(data: PlannedData) -> TestData | None:
    """The files that the pod needs, by the way that every benchmark's own data comes."""
    if data.config_map is not None:
        return TestData(config_map=ConfigMapSource(name=data.config_map.name))
    given = {name: source for name in _FETCHED if (source := getattr(data, name)) is not None}
    return TestData(**given) if given else None
