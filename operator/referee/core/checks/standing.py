"""Status of a Provider, a Collection, an Evaluator or a Dataset: whether it can be used, and what is known of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from referee.api.collection import Collection
from referee.api.conditions import ConditionType, Reason
from referee.api.dataset import Dataset
from referee.api.evaluationjob import EvaluationJob
from referee.api.evaluator import Evaluator
from referee.api.provider import Provider
from referee.core.checks import dataset
from referee.core.checks.evaluator import entrypoint_of, trouble_of
from referee.core.conditions import Claim
from referee.core.parameters import schema_trouble
from referee.core.resolve.digests import digest_of
from referee.core.resolve.evaluators import default_score

Entry = Provider | Collection | Evaluator | Dataset
READY = Claim(ConditionType.READY, "True", Reason.READY)


@dataclass(frozen=True, slots=True)
class Around:
    """What is there beside the object itself."""

    provider: Callable[[str], Provider | None]
    """The provider of an id."""
    runs: Callable[[str], Iterable[EvaluationJob]]
    """Runs that read the dataset of an id, the newest first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What its status is to say."""

    claim: Claim
    known: dict[str, Any]
    """Fields of its status beside the conditions."""


def standing(entry: Entry, around: Around) -> Standing:
    """How an object stands."""
    match entry:
        case Provider():
            return Standing(_provider(entry), {"benchmarks": len(entry.spec.benchmarks)})
        case Collection():
            return Standing(_collection(entry, around), {"benchmarks": len(entry.spec.benchmarks)})
        case Evaluator():
            return _evaluator(entry)
        case Dataset():
            return _dataset(entry, around)


def duplicate(name: str, id_: str) -> Claim:
    """Of two objects with one id the older counts; this is the other."""
    return _not_ready(Reason.DUPLICATE_ID, f"{name} is older and has the same id {id_!r}: change one of the two")


def invalid(error: ValidationError) -> Claim:
    """What an object that the CRD let in, or an older one, lacks."""
    first = error.errors()[0]
    return _not_ready(Reason.INVALID_SPEC, f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")


def _not_ready(reason: Reason, message: str) -> Claim:
    return Claim(ConditionType.READY, "False", reason, message)


def _provider(provider: Provider) -> Claim:
    schema = provider.spec.parameters_schema
    if schema is not None and (trouble := schema_trouble(schema)):
        return _not_ready(Reason.INVALID_SCHEMA, f"spec.parametersSchema{trouble}")
    if not provider.installed:
        message = "known, but not installed: spec.adapter.image is not set"
        # not Ready=False: `helm install --wait` and kstatus would wait for what nobody means to install
        return Claim(ConditionType.INSTALLED, "False", Reason.ADAPTER_NOT_INSTALLED, message)
    return READY


def _collection(collection: Collection, around: Around) -> Claim:
    broken: dict[str, Reason] = {}
    for ref in collection.spec.benchmarks:
        provider = around.provider(ref.provider)
        if provider is None:
            broken[f"provider {ref.provider!r} is not found"] = Reason.PROVIDER_NOT_FOUND
        elif all(offered.id != ref.id for offered in provider.spec.benchmarks):
            broken[f"provider {ref.provider!r} has no benchmark {ref.id!r}"] = Reason.BENCHMARK_NOT_FOUND
        elif not provider.installed:
            broken[f"provider {ref.provider!r} is not installed"] = Reason.ADAPTER_NOT_INSTALLED
    return _not_ready(next(iter(broken.values())), "; ".join(broken)) if broken else READY


def _evaluator(evaluator: Evaluator) -> Standing:
    spec = evaluator.spec
    if trouble := trouble_of(spec.type, spec):
        return Standing(_not_ready(Reason.INVALID_EVALUATOR, f"spec.{trouble}"), {})
    known: dict[str, Any] = {"digest": digest_of(spec.type, spec, spec.score or default_score(spec.type, spec.grader))}
    if spec.code is not None:
        known["entrypoint"] = entrypoint_of(spec.code)
    return Standing(READY, known)


def _dataset(entry: Dataset, around: Around) -> Standing:
    found = dataset.look(entry.spec, around.runs(entry.id))
    if found.trouble is not None:
        return Standing(_not_ready(Reason.INVALID_DATA, f"spec.{found.trouble}"), {})
    return Standing(READY, {"digest": found.digest, "count": found.count})
