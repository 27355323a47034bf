"""From a job and the catalogue to a plan: every id looked up, every parameter checked, every default filled in.

Whatever does not resolve is a refusal with a reason and the culprit's name, at once; nothing is created for a
job that could only fail later.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from referee.api.benchmark import BenchmarkRef, PrimaryScore
from referee.api.collection import Collection
from referee.api.conditions import Reason
from referee.api.evaluationjob import CollectionOverride, CollectionUse, EvaluationJob
from referee.api.nearest import alternatives
from referee.api.provider import CatalogueBenchmark, Provider
from referee.api.runplan import PlannedBenchmark, RunPlan
from referee.core.parameters import fill, problems, schema_trouble
from referee.core.result import canonical

MAX_PLAN_BYTES = 48 * 1024


class Catalogue(Protocol):
    """Where ids are looked up: a job's namespace first, then the catalogue namespace."""

    def provider(self, id_: str) -> Provider | None:
        """The oldest provider of that id."""

    def collection(self, id_: str) -> Collection | None:
        """The oldest collection of that id."""

    def provider_ids(self) -> Iterable[str]:
        """Every id that would be found, for whoever wrote another."""

    def collection_ids(self) -> Iterable[str]:
        """The same of collections."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a job cannot be planned."""

    reason: Reason
    message: str


class _Refused(Exception):  # noqa: N818 - control flow inside this module
    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.refusal = Refusal(reason, message)


def resolve(
    job: EvaluationJob,
    catalogue: Catalogue,
    allowed_service_accounts: frozenset[str] = frozenset(),
    *,
    in_pods: bool = True,
    mlflow: bool = False,
) -> RunPlan | Refusal:
    """The plan of a job, or why there is none.

    Args:
        job: the job.
        catalogue: where providers and collections are found.
        allowed_service_accounts: those that `pod.serviceAccountName` may ask for.
        in_pods: adapters are images; else they are programs of this machine.
        mlflow: whether there is an MLflow that a job may export to.
    """
    try:
        _check_account(job, allowed_service_accounts)
        _check_exports(job, mlflow=mlflow)
        return _resolve(job, catalogue, in_pods=in_pods)
    except _Refused as refused:
        return refused.refusal


def _check_account(job: EvaluationJob, allowed: frozenset[str]) -> None:
    asked = job.spec.pod.service_account_name
    if asked is not None and asked not in allowed:
        raise _Refused(
            Reason.SERVICE_ACCOUNT_NOT_ALLOWED,
            f"spec.pod.serviceAccountName {asked!r} is not allowed by the operator: leave it out, or allow it",
        )


def _check_exports(job: EvaluationJob, *, mlflow: bool) -> None:
    if job.spec.exports.mlflow is not None and not mlflow:
        raise _Refused(
            Reason.MLFLOW_NOT_CONFIGURED,
            "spec.exports.mlflow: the operator knows no MLflow: leave it out, or set REFEREE_MLFLOW_TRACKING_URI",
        )


def _resolve(job: EvaluationJob, catalogue: Catalogue, *, in_pods: bool) -> RunPlan:
    spec = job.spec
    criteria = spec.pass_criteria
    if spec.collection is not None:
        collection = catalogue.collection(spec.collection.id)
        if collection is None:
            raise _Refused(
                Reason.COLLECTION_NOT_FOUND,
                f"spec.collection.id {spec.collection.id!r}: no such Collection in this namespace or the catalogue"
                + alternatives(spec.collection.id, catalogue.collection_ids()),
            )
        wanted = _overridden(collection, spec.collection)
        criteria = criteria or collection.spec.pass_criteria
    else:
        wanted = list(spec.benchmarks or ())
    providers = {ref.provider: _installed(ref, catalogue, in_pods=in_pods) for ref in wanted}
    plan = RunPlan(
        adapters={id_: p.spec.adapter for id_, p in providers.items() if p.spec.adapter is not None},
        benchmarks=[_planned(index, ref, providers[ref.provider]) for index, ref in enumerate(wanted)],
        pass_criteria=criteria,
    )
    _check_whole(job, plan)
    return plan.model_copy(update={"digest": _digest(job, plan)})


def _overridden(collection: Collection, use: CollectionUse) -> list[BenchmarkRef]:
    refs = {(ref.id, ref.provider): ref for ref in collection.spec.benchmarks}
    own = [f"{ref.provider}/{ref.id}" for ref in collection.spec.benchmarks]
    for override in use.overrides:
        key = (override.id, override.provider)
        if key not in refs:
            raise _Refused(
                Reason.OVERRIDE_NOT_IN_COLLECTION,
                f"spec.collection.overrides: collection {use.id!r} has no benchmark {override.id!r} of provider"
                f" {override.provider!r}" + alternatives(f"{override.provider}/{override.id}", own),
            )
        refs[key] = _override(refs[key], override)
    return list(refs.values())


def _override(ref: BenchmarkRef, override: CollectionOverride) -> BenchmarkRef:
    given = {
        name: value
        for name in ("weight", "primary_score", "pass_criteria", "test_data", "num_examples")
        if (value := getattr(override, name)) is not None
    }
    return ref.model_copy(update={**given, "parameters": {**ref.parameters, **(override.parameters or {})}})


def _installed(ref: BenchmarkRef, catalogue: Catalogue, *, in_pods: bool) -> Provider:
    provider = catalogue.provider(ref.provider)
    where = f"benchmark {ref.provider}/{ref.id}"
    if provider is None:
        raise _Refused(
            Reason.PROVIDER_NOT_FOUND,
            f"{where}: no Provider of id {ref.provider!r} in this namespace or the catalogue"
            + alternatives(ref.provider, catalogue.provider_ids()),
        )
    program = provider.spec.adapter is not None and bool(provider.spec.adapter.local_command)
    if not (provider.installed or (program and not in_pods)):
        need = "spec.adapter.image" if in_pods else "spec.adapter.localCommand"
        raise _Refused(
            Reason.ADAPTER_NOT_INSTALLED,
            f"{where}: Provider {provider.id!r} is known here but not installed: set its {need}",
        )
    return provider


def _planned(index: int, ref: BenchmarkRef, provider: Provider) -> PlannedBenchmark:
    where = f"benchmark {ref.provider}/{ref.id}"
    offered = {b.id: b for b in provider.spec.benchmarks}
    entry = offered.get(ref.id)
    if entry is None:
        raise _Refused(
            Reason.BENCHMARK_NOT_FOUND,
            f"{where}: Provider {provider.id!r} has no such benchmark{alternatives(ref.id, offered)}",
        )
    primary = primary_of(ref, entry)
    criteria = ref.pass_criteria or entry.pass_criteria
    if primary is None and (criteria is not None or ref.weight > 0):
        raise _Refused(
            Reason.NO_PRIMARY_SCORE,
            f"{where}: neither job nor provider says which metric counts; set primaryScore.metric, or weight: 0",
        )
    return PlannedBenchmark(
        index=index,
        id=ref.id,
        provider=ref.provider,
        task=entry.task,
        parameters=_checked_parameters(where, provider, ref.parameters),
        num_examples=ref.num_examples,
        sampling=ref.sampling,
        weight=ref.weight,
        required=ref.required,
        primary_score=primary,
        pass_criteria=criteria,
        test_data=ref.test_data,
        resources=ref.resources,
        metrics=entry.metrics,
    )


def primary_of(ref: BenchmarkRef, entry: CatalogueBenchmark) -> PrimaryScore | None:
    """What the job says of the primary score over what the provider says, field by field."""
    given = ref.primary_score or entry.primary_score
    if given is None:
        if len(entry.metrics) != 1:
            return None
        given = PrimaryScore(metric=entry.metrics[0].name)
    default = entry.primary_score if entry.primary_score and entry.primary_score.metric == given.metric else None
    metric = next((m for m in entry.metrics if m.name == given.metric), None)
    lower = next(
        (
            flag
            for flag in (
                given.lower_is_better,
                default.lower_is_better if default else None,
                metric.lower_is_better if metric else None,
            )
            if flag is not None
        ),
        False,
    )
    range_ = given.range or (default.range if default else None) or (metric.range if metric else None)
    if range_ is None and metric is not None and metric.type == "Boolean":
        range_ = [0, 1]
    return PrimaryScore(metric=given.metric, lower_is_better=lower, range=range_)


def _checked_parameters(where: str, provider: Provider, given: Mapping[str, Any]) -> dict[str, Any]:
    schema = provider.spec.parameters_schema
    if schema is not None and (trouble := schema_trouble(schema)):
        raise _Refused(Reason.INVALID_SCHEMA, f"Provider {provider.id!r}: spec.parametersSchema{trouble}")
    parameters = fill(schema, given)
    if schema is not None and (wrong := problems(schema, parameters)):
        raise _Refused(Reason.INVALID_PARAMETERS, f"{where}: {wrong}")
    return parameters


def _check_whole(job: EvaluationJob, plan: RunPlan) -> None:
    weighted = [b for b in plan.benchmarks if b.weight > 0]
    for benchmark in weighted if len(weighted) > 1 or plan.pass_criteria else ():
        if benchmark.primary_score is not None and benchmark.primary_score.range is None:
            raise _Refused(
                Reason.RANGE_REQUIRED,
                f"benchmark {benchmark.provider}/{benchmark.id}: {benchmark.primary_score.metric!r} has no range"
                " and cannot be weighed against others; set primaryScore.range, or weight: 0",
            )
    gated = plan.pass_criteria is not None or any(
        b.pass_criteria and b.required and b.weight > 0 for b in plan.benchmarks
    )
    if job.spec.enforce_gate and not gated:
        raise _Refused(
            Reason.NO_CRITERIA_TO_ENFORCE,
            "spec.enforceGate is set but neither the job nor a required benchmark has passCriteria: add one",
        )
    size = len(json.dumps(plan.wire()))
    if size > MAX_PLAN_BYTES:
        raise _Refused(
            Reason.PLAN_TOO_LARGE,
            f"the resolved plan has {size} bytes, {MAX_PLAN_BYTES} fit: split the job, or shorten its parameters",
        )


def _digest(job: EvaluationJob, plan: RunPlan) -> str:
    """Of what decides the numbers: model, benchmarks, adapters; not of criteria, weights or placement."""
    model = job.spec.model.wire()
    for incidental in ("auth", "timeoutSeconds", "headers"):
        model.pop(incidental, None)
    measured = [
        b.model_dump(
            mode="json",
            include={"id", "provider", "task", "parameters", "num_examples", "sampling", "test_data"},
        )
        for b in plan.benchmarks
    ]
    images = {id_: [a.image, *a.command, *a.args] for id_, a in sorted(plan.adapters.items())}
    text = canonical({"model": model, "benchmarks": measured, "images": images})
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
