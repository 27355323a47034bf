"""What of a request can be told wrong before anything is made: ids against the catalogue, the manifest as a whole.

In EvalHub's order and with its codes: first every benchmark's provider and id, then the model's address, then the
experiment. What the operator would refuse later is refused now, by the operator's own rules.
"""

from dataclasses import dataclass

from pydantic import ValidationError

from referee.api.collection import Collection
from referee.api.evaluationjob import EvaluationJob
from referee.api.provider import Provider
from referee.core.refusal import Refusal
from referee.core.resolve import Allowed, resolve
from referee.gateway.errors import Malformed, Unknown
from referee.gateway.evalhub.wire.manifest import Manifest
from referee.gateway.evalhub.wire.reading import invalid
from referee.gateway.evalhub.wire.requests import Benchmark, JobRequest
from referee.gateway.objects import Objects

_SHOWN = 3
_IN_THEIR_WORDS = {
    "displayName": "name",
    "queueName": "queue.name",
    "passCriteria": "pass_criteria",
    "provider": "provider_id",
    "primaryScore": "primary_score",
    "testData": "test_data_ref",
    "numExamples": "parameters.num_examples",
    "overrides": "benchmarks",
    "mlflow": "experiment",
    "experimentName": "name",
    "secretRef": "secret_ref",
}


@dataclass(frozen=True, slots=True)
class TenantCatalogue:
    """`core.resolve.Catalogue` for one tenant, from the gateway's caches."""

    objects: Objects
    tenant: str

    def provider(self, id_: str) -> Provider | None:
        """The provider that counts."""
        found = self.objects.provider(self.tenant, id_)
        return None if found is None else found.model

    def collection(self, id_: str) -> Collection | None:
        """The collection that counts."""
        found = self.objects.collection(self.tenant, id_)
        return None if found is None else found.model

    def evaluator(self, _id: str) -> None:
        """None: a request of EvalHub's names none."""

    def dataset(self, _id: str) -> None:
        """None, for the same reason."""

    def evaluation_job(self, _name: str) -> None:
        """None, for the same reason."""

    def passed_jobs(self, group: str) -> tuple[()]:
        """None, for the same reason."""
        del group
        return ()

    def evaluator_ids(self) -> tuple[()]:
        """None, for the same reason."""
        return ()

    def dataset_ids(self) -> tuple[()]:
        """None, for the same reason."""
        return ()

    def provider_ids(self) -> list[str]:
        """What there is, for messages."""
        return [entry.id for entry in self.objects.providers(self.tenant)]

    def collection_ids(self) -> list[str]:
        """What there is, for messages."""
        return [entry.id for entry in self.objects.collections(self.tenant)]


def check_request(request: JobRequest, catalogue: TenantCatalogue, *, mlflow: bool) -> None:
    """Go on only if everything that the request names is there.

    Raises:
        Unknown: a provider or a collection is not.
        Malformed: a benchmark is not, or the installation cannot do what is asked.
    """
    named = request.benchmarks
    if request.collection is not None:
        if catalogue.collection(request.collection.id) is None:
            raise Unknown(f"The collection resource '{request.collection.id}' was not found.")
        named = request.collection.benchmarks
    for benchmark in named:
        if benchmark.test_data_ref is not None and benchmark.test_data_ref.resolved_sha is not None:
            message = "The field 'resolved_sha' is read-only and must not be set on create."
            raise Malformed(message, code="resolved_sha_read_only")
    for benchmark in named:
        _check_benchmark(benchmark, catalogue)
    if not request.model.url:
        raise Malformed("The model URL is required: model.url is empty.", code="model_url_required")
    if request.experiment is not None and not mlflow:
        message = "MLflow is required for experiment tracking. Please configure MLflow in the service configuration"
        raise Malformed(f"{message} and try again.", code="mlflow_required_for_experiment")


def _check_benchmark(benchmark: Benchmark, catalogue: TenantCatalogue) -> None:
    provider = catalogue.provider(benchmark.provider_id)
    if provider is None:
        raise Unknown(f"The provider resource '{benchmark.provider_id}' was not found.")
    if all(offered.id != benchmark.id for offered in provider.spec.benchmarks):
        raise _no_benchmark(benchmark.id)
    if not provider.installed:
        raise _not_installed(benchmark.provider_id)


def checked(manifest: Manifest) -> EvaluationJob:
    """The manifest as a resource.

    Raises:
        Malformed: the API server would not take it.
    """
    try:
        return EvaluationJob.model_validate(manifest)
    except ValidationError as error:
        faults = (_fault(*fault["loc"], text=fault["msg"]) for fault in error.errors(include_url=False)[:_SHOWN])
        raise invalid("; ".join(faults)) from None


def check_plan(job: EvaluationJob, catalogue: TenantCatalogue) -> None:
    """Go on only if the operator would plan it.

    Raises:
        Malformed: it would not.
    """
    # REST cannot ask for a ServiceAccount, and whether there is an MLflow was looked at before
    planned = resolve(job, catalogue, Allowed(mlflow=True))
    if isinstance(planned, Refusal):
        raise _refused(planned)


def _refused(refusal: Refusal) -> Malformed:
    match refusal.reason.value:
        case "AdapterNotInstalled":
            return Malformed(refusal.message, code="provider_not_installed")
        case "BenchmarkNotFound" | "OverrideNotInCollection" | "ProviderNotFound":
            return Malformed(refusal.message, code="resource_does_not_exist")
    return invalid(refusal.message)


def _no_benchmark(id_: str) -> Malformed:
    return Malformed(f"The benchmark with id '{id_}' does not exist.", code="resource_does_not_exist")


def _not_installed(provider: str) -> Malformed:
    message = f"The provider '{provider}' is known here, but not installed: it has no adapter image."
    return Malformed(message, code="provider_not_installed")


def _fault(*place: str | int, text: str) -> str:
    """A fault of the manifest, with the request's word for the field."""
    words = [_IN_THEIR_WORDS.get(str(part), part) for part in place if part != "spec"]
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in words).removeprefix(".")
    return f"{where}: {text}"
