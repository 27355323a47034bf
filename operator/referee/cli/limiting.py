"""`referee run --limit N`: the same job over the first samples, to see whether all of it works."""

from referee.api.evaluationjob import EvaluationJob
from referee.local.errors import LocalError


def limited(job: EvaluationJob, most: int) -> EvaluationJob:
    """The job over at most so many samples of each benchmark, or of its evaluation.

    Raises:
        LocalError: its benchmarks are those of a collection, and stand in no file of the job's.
    """
    spec = job.spec
    if spec.collection is not None:
        said = "its benchmarks are a collection's; set numExamples in spec.collection.overrides, or name benchmarks"
        raise LocalError([f"EvaluationJob {job.metadata.name}: --limit {most}: {said}"])
    changed: dict[str, object] = {}
    if spec.evaluation is not None:
        n = _least(spec.evaluation.num_examples, most)
        changed["evaluation"] = spec.evaluation.model_copy(update={"num_examples": n})
    if spec.benchmarks is not None:
        changed["benchmarks"] = [
            entry.model_copy(update={"num_examples": _least(entry.num_examples, most)}) for entry in spec.benchmarks
        ]
    return job.model_copy(update={"spec": spec.model_copy(update=changed)})


def _least(asked: int | None, most: int) -> int:
    return most if asked is None else min(asked, most)
