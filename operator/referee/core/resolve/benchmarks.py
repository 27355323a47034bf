"""Benchmarks of frameworks: what the job, the collection and the provider say of each, laid over each other."""

from collections.abc import Mapping
from typing import Any

from referee.api.benchmark import BenchmarkRef, PassCriteria, PrimaryScore
from referee.api.collection import Collection
from referee.api.conditions import Reason
from referee.api.evaluationjob import CollectionOverride, CollectionUse, EvaluationJob
from referee.api.nearest import alternatives
from referee.api.provider import CatalogueBenchmark, Provider
from referee.api.runplan import PlannedBenchmark, RunPlan
from referee.core.parameters import fill, problems, schema_trouble
from referee.core.refusal import Refused
from referee.core.resolve.catalogue import Catalogue


def plan_benchmarks(job: EvaluationJob, catalogue: Catalogue, *, in_pods: bool) -> RunPlan:
    """The plan of a job that names benchmarks or a collection."""
    spec = job.spec
    criteria = spec.pass_criteria
    if spec.collection is not None:
        collection = catalogue.collection(spec.collection.id)
        if collection is None:
            raise Refused(
                Reason.COLLECTION_NOT_FOUND,
                f"spec.collection.id {spec.collection.id!r}: no such Collection in this namespace or the catalogue"
                + alternatives(spec.collection.id, catalogue.collection_ids()),
            )
        wanted = _overridden(collection, spec.collection)
        criteria = criteria or collection.spec.pass_criteria
    else:
        wanted = list(spec.benchmarks or ())
    providers = {ref.provider: installed(ref, catalogue, in_pods=in_pods) for ref in wanted}
    return RunPlan(
        adapters={id_: p.spec.adapter for id_, p in providers.items() if p.spec.adapter is not None},
        benchmarks=[_planned(index, ref, providers[ref.provider]) for index, ref in enumerate(wanted)],
        pass_criteria=criteria,
    )


def _overridden(collection: Collection, use: CollectionUse) -> list[BenchmarkRef]:
    refs = {(ref.id, ref.provider): ref for ref in collection.spec.benchmarks}
    own = [f"{ref.provider}/{ref.id}" for ref in collection.spec.benchmarks]
    for override in use.overrides:
        key = (override.id, override.provider)
        if key not in refs:
            raise Refused(
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


def installed(ref: BenchmarkRef, catalogue: Catalogue, *, in_pods: bool) -> Provider:
    """The provider of a benchmark, if something can run it here."""
    provider = catalogue.provider(ref.provider)
    where = f"benchmark {ref.provider}/{ref.id}"
    if provider is None:
        raise Refused(
            Reason.PROVIDER_NOT_FOUND,
            f"{where}: no Provider of id {ref.provider!r} in this namespace or the catalogue"
            + alternatives(ref.provider, catalogue.provider_ids()),
        )
    program = provider.spec.adapter is not None and bool(provider.spec.adapter.local_command)
    if not (provider.installed or (program and not in_pods)):
        need = "spec.adapter.image" if in_pods else "spec.adapter.localCommand"
        raise Refused(
            Reason.ADAPTER_NOT_INSTALLED,
            f"{where}: Provider {provider.id!r} is known here but not installed: set its {need}",
        )
    return provider


def _planned(index: int, ref: BenchmarkRef, provider: Provider) -> PlannedBenchmark:
    where = f"benchmark {ref.provider}/{ref.id}"
    offered = {b.id: b for b in provider.spec.benchmarks}
    entry = offered.get(ref.id)
    if entry is None:
        raise Refused(
            Reason.BENCHMARK_NOT_FOUND,
            f"{where}: Provider {provider.id!r} has no such benchmark{alternatives(ref.id, offered)}",
        )
    primary = primary_of(ref, entry)
    criteria = ref.pass_criteria or entry.pass_criteria
    check_measure(where, criteria)
    if ref.sampling is not None and ref.sampling.method == "Stratified":
        said = f"{where}: sampling.method Stratified is for datasets of your own: take First or Random"
        raise Refused(Reason.INVALID_PARAMETERS, said)
    if primary is None and (criteria is not None or ref.weight > 0):
        raise Refused(
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


def check_measure(where: str, criteria: PassCriteria | None) -> None:
    """What needs samples is for evaluators: a framework reports means."""
    if criteria is None:
        return
    beyond = [
        name
        for name, there in (
            (f"measure {criteria.measure}", criteria.measure != "Mean"),
            ("slice", criteria.slice is not None),
            ("requireAgreement", criteria.require_agreement is not None),
        )
        if there
    ]
    if beyond:
        said = f"{where}: passCriteria.{beyond[0]} needs samples and is for evaluators only: leave it out"
        raise Refused(Reason.MEASURE_NOT_AVAILABLE, said)


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
        raise Refused(Reason.INVALID_SCHEMA, f"Provider {provider.id!r}: spec.parametersSchema{trouble}")
    parameters = fill(schema, given)
    if schema is not None and (wrong := problems(schema, parameters)):
        raise Refused(Reason.INVALID_PARAMETERS, f"{where}: {wrong}")
    return parameters
