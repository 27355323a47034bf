"""The frozen plan: what was resolved from a job, its providers and its collection, as it stands in status.plan.

Once written it is what runs. A provider, a collection, an evaluator or a dataset that is edited or deleted later, and
an operator that restarts, cannot change a run in flight.
"""

from typing import Any, Literal

from referee.api.base import Model
from referee.api.benchmark import PassCriteria, PrimaryScore, Resources, Sampling
from referee.api.dataset import DataSource, FileFormat
from referee.api.evaluation import Posted
from referee.api.evaluator import EvaluatorBlocks, EvaluatorType
from referee.api.provider import Adapter, CatalogueMetric
from referee.api.scoretype import ScoreType
from referee.api.testdata import TestData

EVALUATION = "evaluation"
"""The benchmark that a job's `evaluation:` block becomes."""
EVALUATORS_PROVIDER = "referee_evaluators"
"""The provider that runs it."""


class PlannedEvaluator(EvaluatorBlocks):
    """One evaluator, looked up and named."""

    name: str
    type: EvaluatorType
    score: ScoreType
    arguments: Literal["TargetFree", "TargetRequired"] = "TargetFree"
    digest: str
    """sha256 of all that decides its scores."""
    weight: float = 1
    required: bool = True
    pass_criteria: PassCriteria | None = None


class FrozenRun(Model):
    """One attempt of another job, as it stood when the plan was made."""

    job: str
    job_uid: str
    attempt: int
    """Of the job."""
    first_child: int
    """The attempts at its benchmarks whose records count, from here."""
    last_child: int
    """To here."""


class PlannedData(DataSource):
    """Where the datapoints come from. Those that stand inline in the job stay there: its spec cannot change."""

    in_spec: bool = False
    posted: Posted | None = None
    outputs_of: FrozenRun | None = None
    file: FileFormat = FileFormat()


class PlannedEvaluation(Model):
    """The `evaluation:` block with everything found that it refers to."""

    data: PlannedData
    data_digest: str = ""
    """sha256 of the datapoints where they are known before the run."""
    count: int | None = None
    """How many samples there are, epochs included, where that is known before the run."""
    evaluators: list[PlannedEvaluator]
    allow_code: bool = False
    """Both keys are turned: evaluators of type Code may run."""


class FrozenMetric(Model):
    """A score of the baseline."""

    name: str
    value: float
    stderr: float | None = None
    n: int | None = None
    boolean: bool = False
    digest: str = ""
    """Of the evaluator."""


class FrozenBaseline(FrozenRun):
    """The run that this one is compared with."""

    test: Literal["NonInferiority", "SignificantRegression", "Point"]
    max_regression: float
    min_matched: float
    score: float | None = None
    metrics: list[FrozenMetric] = []


class PlannedBenchmark(Model):
    """One benchmark with everything that the job, the collection and the provider say of it."""

    index: int
    id: str
    provider: str
    task: str | None = None
    parameters: dict[str, Any] = {}
    num_examples: int | None = None
    sampling: Sampling | None = None
    weight: float = 1
    required: bool = True
    primary_score: PrimaryScore | None = None
    pass_criteria: PassCriteria | None = None
    test_data: TestData | None = None
    resources: Resources | None = None
    metrics: list[CatalogueMetric] = []
    first_attempt: int = 1
    """Attempts below this belong to an earlier run of the object."""
    journal_first: int = 1
    """Attempts from this one on are of this plan, and what they stored is not done again; a rerun of what failed keeps
    it, and so does not ask people for their labels twice."""


class RunPlan(Model):
    """What is run in one attempt of an EvaluationJob."""

    adapters: dict[str, Adapter]
    """By provider id."""
    benchmarks: list[PlannedBenchmark]
    evaluation: PlannedEvaluation | None = None
    """Of a job with an `evaluation:` block; it is then the only benchmark."""
    baseline: FrozenBaseline | None = None
    pass_criteria: PassCriteria | None = None
    digest: str = ""
    """sha256 of all that decides what is measured; the same for two attempts that measure the same."""
