"""From a request to an EvaluationJob.

The free-text name becomes the display name; the object's own name is the job's id. `num_examples` is a field of ours
and no parameter; a queue is Kueue's, an experiment MLflow's. What has no field is kept as `extras` say.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from referee.api.execution import MAX_BENCHMARKS
from referee.api.names import API_VERSION
from referee.gateway.evalhub.wire import extras
from referee.gateway.evalhub.wire.reading import invalid
from referee.gateway.evalhub.wire.requests import (
    OCI,
    Benchmark,
    Experiment,
    Git,
    HuggingFace,
    JobRequest,
    Model,
    TestDataRef,
)

Manifest = dict[str, Any]
NUM_EXAMPLES = "num_examples"


def to_resource(
    request: JobRequest, name: str, namespace: str, annotations: Mapping[str, str], *, collection_updated_at: str = ""
) -> Manifest:
    """The manifest; it is checked by whoever takes it.

    Raises:
        Malformed: something is asked for that no field can say.
    """
    return {
        "apiVersion": API_VERSION,
        "kind": "EvaluationJob",
        "metadata": {"name": name, "namespace": namespace, "annotations": dict(annotations)},
        "spec": _spec(request, collection_updated_at),
    }


def _spec(request: JobRequest, collection_updated_at: str) -> Manifest:
    if extras.KEY in request.custom:
        raise invalid(f"custom.{extras.KEY}: this name is the gateway's own; choose another")
    listed = request.benchmarks or (request.collection.benchmarks if request.collection else [])
    more = {
        extras.CARD_URL: request.model.card_url,
        extras.HARDWARE: {str(at): b.hardware_config for at, b in enumerate(listed) if b.hardware_config is not None},
        extras.COLLECTION_UPDATED_AT: collection_updated_at,
    }
    criteria = request.pass_criteria
    return _said(
        displayName=request.name,
        description=request.description,
        tags=request.tags,
        model=_model(request.model),
        benchmarks=[benchmark_manifest(b, f"benchmarks[{at}]") for at, b in enumerate(request.benchmarks)],
        collection=_collection(request),
        passCriteria={"threshold": criteria.threshold} if criteria else None,
        exports=_said(
            mlflow=_experiment(request.experiment), oci=_oci(request.exports.oci if request.exports else None)
        ),
        # EvalHub starts all benchmarks of a job at once, and has no word for anything else
        execution={"parallelism": MAX_BENCHMARKS},
        queueName=request.queue.name if request.queue else None,
        custom=extras.with_extras(request.custom, more),
    )


def _model(model: Model) -> Manifest:
    auth = {"secretRef": {"name": model.auth.secret_ref}} if model.auth else None
    return _said(url=model.url, name=model.name, auth=auth, parameters=model.parameters)


def _collection(request: JobRequest) -> Manifest | None:
    if request.collection is None:
        return None
    asked = enumerate(request.collection.benchmarks)
    overrides = [benchmark_manifest(b, f"collection.benchmarks[{at}]") for at, b in asked]
    return _said(id=request.collection.id, overrides=overrides)


def benchmark_manifest(asked: Benchmark, where: str) -> Manifest:
    """One benchmark of a job or of a collection; `where` it stands in the request."""
    primary, criteria = asked.primary_score, asked.pass_criteria
    scored = primary and {"metric": primary.metric, **({"lowerIsBetter": True} if primary.lower_is_better else {})}
    return _said(
        id=asked.id,
        provider=asked.provider_id,
        parameters={name: value for name, value in asked.parameters.items() if name != NUM_EXAMPLES},
        numExamples=_num_examples(asked.parameters.get(NUM_EXAMPLES), where),
        weight=asked.weight,
        primaryScore=scored,
        passCriteria={"threshold": criteria.threshold} if criteria else None,
        testData=_test_data(asked.test_data_ref),
    )


def _num_examples(given: object, where: str) -> int | None:
    """Whole and at least 1: to run every sample where somebody asked for few would cost them."""
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or given < 1:
        raise invalid(f"{where}.parameters.{NUM_EXAMPLES}: must be a number from 1 on, not {given!r:.40}")
    return int(given)


def _test_data(ref: TestDataRef | None) -> Manifest | None:
    if ref is None:
        return None
    if ref.s3 is not None:
        return {"s3": {"bucket": ref.s3.bucket, "key": ref.s3.key, "secretRef": {"name": ref.s3.secret_ref}}}
    if ref.pvc is not None:
        return {"pvc": _said(claimName=ref.pvc.claim_name, subPath=ref.pvc.sub_path)}
    if ref.git is not None:
        return {"git": _said(url=ref.git.url, ref=ref.git.ref, **_inside(ref.git))}
    return {"hf": _said(repoId=ref.hf.repo_id, revision=ref.hf.revision, **_inside(ref.hf))} if ref.hf else None


def _inside(source: Git | HuggingFace) -> Manifest:
    return {"subPath": source.sub_path, "secretRef": {"name": source.secret_ref} if source.secret_ref else None}


def _experiment(experiment: Experiment | None) -> Manifest | None:
    if experiment is None:
        return None
    return _said(
        experimentName=experiment.name,
        tags=[{"key": tag.key, "value": tag.value} for tag in experiment.tags],
        artifactLocation=experiment.artifact_location,
    )


def _oci(oci: OCI | None) -> Manifest | None:
    if oci is None:
        return None
    if oci.signing:
        raise invalid("exports.oci.signing: results are not signed here; leave it out")
    at = oci.coordinates
    return _said(
        host=at.oci_host,
        repository=at.oci_repository,
        tag=at.oci_tag,
        annotations=at.annotations,
        secretRef={"name": oci.k8s.connection} if oci.k8s else None,
    )


def _said(**fields: object) -> Manifest:
    """The fields that say something: an empty text, list or object is as good as absent."""
    return {name: value for name, value in fields.items() if value is not None and not _empty(value)}


def _empty(value: object) -> bool:
    return isinstance(value, str | Sequence | Mapping) and not value
