"""What a manifest asks for that has no counterpart on one machine: said before the run, or refused.

Placement, images and quotas are what a cluster is for; leaving them out changes no number and needs no word. What is
told here may surprise somebody who knows the job from a cluster.
"""

from referee.api.evaluationjob import EvaluationJob
from referee.local.errors import LocalError


def refuse_what_cannot_be_done(jobs: list[EvaluationJob]) -> None:
    """Find jobs that wait for what nobody can do here, or whose results would have one place.

    Raises:
        LocalError: naming them.
    """
    said = "spec.suspend: is set, and nobody can unset it while the command waits; leave it out to run the job here"
    problems = [f"EvaluationJob {job.metadata.name}: {said}" for job in jobs if job.spec.suspend]
    said = "spec.evaluation.generation External: nobody can post outputs here; put them into the dataset, as Recorded"
    problems += [f"EvaluationJob {job.metadata.name}: {said}" for job in jobs if _posted(job)]
    names = [job.metadata.name for job in jobs]
    said = "stands in several namespaces, and results are kept by name; run one at a time"
    problems += [f"EvaluationJob {name}: {said}" for name in sorted(set(names)) if names.count(name) > 1]
    if problems:
        raise LocalError(problems)


def without_waiting(job: EvaluationJob) -> EvaluationJob:
    """The job as it is decided here: nobody can post scores, so that waiting for them would only cost a day."""
    waits = job.spec.external_results.model_copy(update={"deadline_seconds": 0})
    return job.model_copy(update={"spec": job.spec.model_copy(update={"external_results": waits})})


def _posted(job: EvaluationJob) -> bool:
    return job.spec.evaluation is not None and job.spec.evaluation.generation == "External"


def _by_others(job: EvaluationJob) -> list[str]:
    evaluators = job.spec.evaluation.evaluators if job.spec.evaluation else []
    return [e.name or "" for e in evaluators if e.type in ("Human", "External")]


def notes(job: EvaluationJob, model_url: str | None) -> list[str]:
    """Sentences for people."""
    told = []
    if model_url is not None:
        told.append(f"the model is called at {model_url} (--model-url), not at {job.spec.model_url}")
    if job.spec.queue_name:
        told.append(f"spec.queueName {job.spec.queue_name}: there is no queue here, the job starts at once")
    if job.spec.pod.volumes:
        paths = ", ".join(volume.mount_path for volume in job.spec.pod.volumes)
        told.append(f"spec.pod.volumes: claims are not mounted here; {paths} is this machine's own, if it is there")
    if others := _by_others(job):
        closes = job.spec.external_results.on_deadline
        told.append(f"nobody can post scores here: those of {', '.join(others)} are missing (onDeadline: {closes})")
    if job.spec.exports.oci is not None:
        told.append("spec.exports.oci: the adapter pushes by itself, with this machine's docker credentials")
    return told
