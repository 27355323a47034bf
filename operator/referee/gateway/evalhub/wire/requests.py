"""What is asked for: the body of a submit.

Limits that the resource has (lengths, how many) are not said again here; the manifest is checked against them.
"""

# ruff: noqa: RUF012 - pydantic copies a field's default
import re
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from referee.gateway.evalhub.wire.reading import FreeForm, Number, Wire

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LONGEST_TAG = 128


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def tag(text: str) -> str:
    """The text, if it can be a tag: those of a query are separated by commas."""
    if not text or len(text) > _LONGEST_TAG or "," in text or "|" in text:
        raise ValueError(f"a tag has 1 to {_LONGEST_TAG} characters, and neither ',' nor '|' among them")
    return text


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        host = None
    if text and (host is None or parts.scheme not in ("http", "https") or re.search(r"\s", text)):
        raise ValueError("must be an address like http://model:8000/v1")
    return text


def _queue(text: str) -> str:
    if not _DNS_LABEL.fullmatch(text):
        raise ValueError("must be a DNS label: lower-case letters, digits and '-', at most 63")
    return text


Required = Annotated[str, AfterValidator(_not_empty)]
Name = Annotated[str, AfterValidator(_not_blank)]
Address = Annotated[str, AfterValidator(_address)]


class Auth(Wire):
    """The model's credentials."""

    secret_ref: Name


class Model(Wire):
    """The thing under test."""

    url: Address = ""
    name: Name
    auth: Auth | None = None
    parameters: FreeForm = {}
    card_url: str | None = None


class PrimaryScore(Wire):
    """Which metric stands for a benchmark."""

    metric: Required
    lower_is_better: bool = False


class PassCriteria(Wire):
    """When something passes."""

    threshold: Number


class S3(Wire):
    """Data in a bucket."""

    bucket: Required
    key: Required
    secret_ref: Required


class Claim(Wire):
    """Data on a volume."""

    claim_name: Required
    sub_path: str | None = None


class Git(Wire):
    """Data in a repository."""

    url: Required
    ref: Required
    sub_path: str | None = None
    secret_ref: str | None = None

    @model_validator(mode="after")
    def _over_https_with_credentials(self) -> Self:
        _address(self.url)
        if self.secret_ref and not self.url.startswith("https://"):
            raise ValueError("git url with credentials must use https scheme")
        return self


class HuggingFace(Wire):
    """Data on a hub."""

    repo_id: Name
    revision: str | None = None
    sub_path: str | None = None
    secret_ref: str | None = None


class TestDataRef(Wire):
    """Where a benchmark's own data comes from."""

    __test__ = False  # pytest would take the name for a test class

    s3: S3 | None = None
    pvc: Claim | None = None
    git: Git | None = None
    hf: HuggingFace | None = None
    resolved_sha: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(source is not None for source in (self.s3, self.pvc, self.git, self.hf)) != 1:
            raise ValueError("exactly one of s3, pvc, git, or hf must be set")
        return self


class Benchmark(Wire):
    """One benchmark of a job, or what a job changes of one in a collection."""

    id: Required
    provider_id: Required
    parameters: FreeForm = {}
    weight: Annotated[Number, Field(ge=0)] | None = None
    primary_score: PrimaryScore | None = None
    pass_criteria: PassCriteria | None = None
    test_data_ref: TestDataRef | None = None
    hardware_config: FreeForm | None = None


class CollectionRef(Wire):
    """A prepared set of benchmarks."""

    id: Required
    benchmarks: list[Benchmark] = []


class ExperimentTag(Wire):
    """A tag of an experiment."""

    key: Required
    value: str = ""


class Experiment(Wire):
    """An MLflow experiment."""

    name: Name
    tags: list[ExperimentTag] = []
    artifact_location: str | None = None


class Coordinates(Wire):
    """A place in a registry."""

    oci_host: Required
    oci_repository: Required
    oci_tag: str | None = None
    annotations: dict[str, str] = {}


class Connection(Wire):
    """Credentials of a registry."""

    connection: Required


class OCI(Wire):
    """Results into a registry."""

    coordinates: Coordinates
    k8s: Connection | None = None
    signing: dict[str, Any] | None = None


class Exports(Wire):
    """Where results are also put."""

    oci: OCI | None = None


class Queue(Wire):
    """A Kueue LocalQueue."""

    kind: Literal["kueue", ""] = "kueue"
    name: Annotated[str, AfterValidator(_queue)]


class JobRequest(Wire):
    """The body of a submit."""

    name: Required
    description: str | None = None
    tags: list[Annotated[str, AfterValidator(tag)]] = []
    model: Model
    benchmarks: list[Benchmark] = []
    collection: CollectionRef | None = None
    pass_criteria: PassCriteria | None = None
    experiment: Experiment | None = None
    exports: Exports | None = None
    queue: Queue | None = None
    custom: FreeForm = {}

    @model_validator(mode="after")
    def _benchmarks_or_collection(self) -> Self:
        if bool(self.benchmarks) == (self.collection is not None):
            raise ValueError("exactly one of benchmarks and collection must be set, with at least one benchmark")
        return self
