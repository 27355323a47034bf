"""The words of status: condition types, and every reason with its sentence.

Reasons are one enum, so that the reference page, the Events and the tests know the same words. A reason is
about one of three things, and the section says which: the execution, the verdict, the object itself.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field

from referee.api.base import Model

ConditionStatus = Literal["True", "False", "Unknown"]


class Documented(StrEnum):
    """Words of the API, each with the sentence that documents it (`Reason.X.sentence`)."""

    sentence: str

    def __new__(cls, value: str, sentence: str) -> Self:
        """Attach the sentence to the member."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member


class ConditionType(Documented):
    """The contract of status.conditions."""

    RECONCILING = (
        "Reconciling",
        "True while the operator is at it: kstatus (Flux, Argo CD) says InProgress.",
    )
    STALLED = (
        "Stalled",
        "True if it cannot start, could not run or, with enforceGate, did not pass: kstatus says Failed.",
    )
    SUSPENDED = "Suspended", "True while spec.suspend holds it back."
    QUEUED = "Queued", "True while a queue (Kueue) has not admitted a benchmark."
    RESULTS_PENDING = "ResultsPending", "True while outputs or scores are still to be posted; no pod waits for them."
    FINISHED = "Finished", "True at the end, whatever the outcome: the one thing that a pipeline can wait for."
    COMPLETE = "Complete", "True at the end, if every benchmark was executed, whatever it scored."
    FAILED = "Failed", "True at the end, if something was not executed."
    PASSED = "Passed", "The verdict on the model, at the end: True, False, or Unknown where it could not be decided."
    READY = "Ready", "Of a Provider, Collection, Evaluator or Dataset: True if jobs can use it."
    INSTALLED = (
        "Installed",
        "Of a Provider, in the place of Ready: False if it is known here but has no adapter image.",
    )


class Condition(Model):
    """metav1.Condition."""

    type: Annotated[str, Field(max_length=64)]
    """What it is about; one condition a type."""
    status: ConditionStatus
    """Unknown: not decided, or not decidable."""
    reason: Annotated[str, Field(min_length=1, max_length=64)]
    """One word for machines; every one stands in conditions.md."""
    message: Annotated[str, Field(max_length=1024)] = ""
    """The particulars, for people."""
    last_transition_time: datetime
    """When `status` last changed."""
    observed_generation: int = 0
    """Which generation of the object it speaks of."""


class Reason(Documented):
    """Every reason we write."""

    @classmethod
    def named(cls, value: str) -> Self | None:
        """The reason of that name, if there is one."""
        return next((reason for reason in cls if reason.value == value), None)

    # how the run goes
    ACCEPTED = "Accepted", "The job was resolved and its plan is frozen in status."
    WAITING = "Waiting", "Children wait for a node, an image, a quota or their turn."
    RUNNING = "Running", "At least one benchmark runs."
    SUSPENDED = "Suspended", "spec.suspend is set; nothing runs until it is unset."
    RESUMED = "Resumed", "spec.suspend is not set, or not any more."
    QUEUED = "Queued", "The queue has not admitted the children yet."
    ADMITTED = "Admitted", "The queue admitted the children, or there is none."
    CANCELLING = "Cancelling", "spec.cancel is set; running children are ending and their last results are awaited."
    CANCELLED = "Cancelled", "The run was cancelled; what was finished is kept."
    COMPLETED = "Completed", "Every benchmark was executed."
    PARTIALLY_FAILED = "PartiallyFailed", "Some benchmarks were executed and some could not be."
    BENCHMARKS_FAILED = "BenchmarksFailed", "No benchmark could be executed."
    DEADLINE_EXCEEDED = "DeadlineExceeded", "spec.activeDeadlineSeconds was over before the run was."
    RERUN = "Rerun", "A new spec.rerun.token started another attempt."

    # why a job cannot start
    PROVIDER_NOT_FOUND = "ProviderNotFound", "A provider id is neither in the namespace nor in the catalogue."
    BENCHMARK_NOT_FOUND = "BenchmarkNotFound", "A provider does not offer a benchmark of that id."
    COLLECTION_NOT_FOUND = "CollectionNotFound", "A collection id is neither in the namespace nor in the catalogue."
    OVERRIDE_NOT_IN_COLLECTION = "OverrideNotInCollection", "An override names a benchmark that the collection lacks."
    DUPLICATE_ID = "DuplicateID", "An older object has the same spec.id; this one is not used."
    INVALID_PARAMETERS = "InvalidParameters", "Parameters do not match the provider's parametersSchema."
    INVALID_SCHEMA = "InvalidSchema", "A schema in the object, such as parametersSchema, is no valid JSON Schema."
    RANGE_REQUIRED = "RangeRequired", "A weighted benchmark's primary score has no range, so it cannot be combined."
    NO_PRIMARY_SCORE = (
        "NoPrimaryScore",
        "A benchmark is gated or weighted but neither job nor provider names its metric.",
    )
    NO_CRITERIA_TO_ENFORCE = "NoCriteriaToEnforce", "enforceGate is set but nothing has pass criteria."
    PLAN_TOO_LARGE = "PlanTooLarge", "The resolved plan is over 48 KiB; split the job."
    INVALID_SPEC = "InvalidSpec", "The object does not match the schema of this operator's version."
    NAME_CONFLICT = "NameConflict", "A Job of the child's name exists and belongs to something else."
    SERVICE_ACCOUNT_NOT_ALLOWED = (
        "ServiceAccountNotAllowed",
        "pod.serviceAccountName is not among those that the operator's settings allow.",
    )
    ADAPTER_NOT_INSTALLED = (
        "AdapterNotInstalled",
        "The provider is known here, but has no adapter image in this installation.",
    )

    MLFLOW_NOT_CONFIGURED = (
        "MLflowNotConfigured",
        "spec.exports.mlflow is set, and the operator knows no MLflow.",
    )

    EVALUATOR_NOT_FOUND = "EvaluatorNotFound", "An evaluator id is neither in the namespace nor in the catalogue."
    INVALID_EVALUATOR = "InvalidEvaluator", "An evaluator cannot work as it is written; the message says why and where."
    CODE_NOT_ALLOWED = (
        "CodeNotAllowed",
        "Code runs only with two keys: the provider's adapter.allowCode and the operator's REFEREE_ALLOW_CODE.",
    )
    DATASET_NOT_FOUND = "DatasetNotFound", "A dataset id is neither in the namespace nor in the catalogue."
    INVALID_DATA = "InvalidData", "Datapoints cannot be read; the message names the row, or line, and the field."
    TARGETS_MISSING = "TargetsMissing", "More than half of the datapoints lack the target that an evaluator needs."
    MEASURE_NOT_AVAILABLE = "MeasureNotAvailable", "A criterion is on what cannot be measured there."
    JOB_NOT_FOUND = "JobNotFound", "dataset.outputsOf names a job, or an attempt, that is not there."
    BASELINE_NOT_FOUND = "BaselineNotFound", "The baseline names a job, or an attempt, that is not there or not over."
    NOT_COMPARABLE = "NotComparable", "The baseline is of another group, or was scored otherwise: it decides nothing."

    # why a benchmark failed or waits
    AWAITING_RESULTS = "AwaitingResults", "Outputs or scores are still to be posted."
    RESULTS_COMPLETE = "ResultsComplete", "Nothing is still to be posted."
    RESULTS_DEADLINE_EXCEEDED = "ResultsDeadlineExceeded", "externalResults.deadlineSeconds was over first."
    IMAGE_PULL_FAILED = "ImagePullFailed", "The adapter's image cannot be pulled, or its name is invalid."
    UNSCHEDULABLE = "Unschedulable", "No node fits the pod."
    MISSING_SECRET = "MissingSecret", "A Secret or ConfigMap that the pod needs does not exist, or lacks a key."
    MISSING_VOLUME = "MissingVolume", "A volume cannot be mounted."
    MISSING_SERVICE_ACCOUNT = "MissingServiceAccount", "The pod's ServiceAccount does not exist."
    QUOTA_EXCEEDED = "QuotaExceeded", "A ResourceQuota or LimitRange refuses the pod."
    POD_REFUSED = "PodRefused", "Admission refuses the pod."
    CONTAINER_CANNOT_RUN = "ContainerCannotRun", "The container cannot be created or started."
    PENDING_DEADLINE_EXCEEDED = "PendingDeadlineExceeded", "The pod did not start within spec.pendingDeadlineSeconds."
    OOM_KILLED = "OOMKilled", "The adapter used more memory than its limit."
    EVICTED = "Evicted", "The node evicted the pod."
    ADAPTER_FAILED = "AdapterFailed", "The adapter ended with an error and no result."
    ADAPTER_ERROR = "AdapterError", "The adapter reported an error of its own."
    RESULTS_MISSING = "ResultsMissing", "The adapter ended well but no result came."
    RESULTS_INVALID = "ResultsInvalid", "What the adapter left as its result cannot be read."
    RESULT_REFUSED = "ResultRefused", "What the adapter posted as its result is none; the message says why."
    RESULT_TRUNCATED = (
        "ResultTruncated",
        "The result came only as the pod's termination message, which has the primary metric and what else fitted.",
    )
    TEST_DATA_FAILED = "TestDataFailed", "What fetches testData ended without a word of why; out of memory, perhaps."
    TEST_DATA_UNREACHABLE = "TestDataUnreachable", "The source of testData does not answer, or only with faults."
    TEST_DATA_FORBIDDEN = "TestDataForbidden", "testData is at an address, or has a name, that is not allowed."
    TEST_DATA_TOO_LARGE = "TestDataTooLarge", "testData is larger than the operator's settings allow."
    TEST_DATA_NOT_FOUND = "TestDataNotFound", "testData names what is not there."
    TEST_DATA_UNAUTHORIZED = "TestDataUnauthorized", "The credentials of testData are missing or not taken."
    TEST_DATA_DIGEST_MISMATCH = "TestDataDigestMismatch", "testData has another digest than the one asked for."
    CHILD_LOST = "ChildLost", "A child that had run is gone, and no result of it is known."
    NO_METRICS = "NoMetrics", "The adapter reported success without a single metric or sample."

    # what the verdict rests on
    CANNOT_PASS = "CannotPass", "No outcome at this number of samples could pass; said before the run, as an Event."
    OUTLOOK = "Outlook", "How often the baseline gate can decide at this n; said before the run, as an Event."
    ALL_GATES_PASSED = "AllGatesPassed", "Every required gate passed."
    GATE_FAILED = "GateFailed", "At least one required gate failed."
    GATE_UNDECIDED = "GateUndecided", "No required gate failed, but at least one could not be decided."
    NO_CRITERIA = "NoCriteria", "Nothing that is required has pass criteria."
    NOT_FINISHED = "NotFinished", "The run is not over."
    NOT_EXECUTED = "NotExecuted", "The benchmark was not executed, so its gate cannot be decided."
    THRESHOLD_MET = "ThresholdMet", "The value is at least as good as the threshold."
    THRESHOLD_MISSED = "ThresholdMissed", "The value is worse than the threshold."
    METRIC_MISSING = "MetricMissing", "The adapter did not report the primary metric."
    AMBIGUOUS_METRIC = "AmbiguousMetric", "Several filters of the metric were reported; name one, as in `acc,strict`."
    TOO_FEW_SAMPLES = "TooFewSamples", "Fewer samples than minN were scored."
    NO_INTERVAL = "NoInterval", "The criterion is on a bound, and there is no interval."
    SCORE_MISSING = "ScoreMissing", "A weighted benchmark has no primary score, so the job has none."
    ERRORS_NOT_REPORTED = "ErrorsNotReported", "maxErrorRate is set and the adapter reports no error counts."
    ERROR_RATE_EXCEEDED = "ErrorRateExceeded", "More samples went unscored than maxErrorRate allows."
    ERRORS_COULD_DECIDE = "ErrorsCouldDecide", "The unscored samples could turn the outcome either way."
    SCORES_MISSING = "ScoresMissing", "Scores were still to be posted when the run was closed."
    NOTHING_SCORED = "NothingScored", "Not one sample has a score, so there is nothing to compare."
    NOT_REPORTED = (
        "NotReported",
        "The result lacks the evaluator, the part of the samples or the measure that is gated",
    )
    AGREEMENT_MISSING = "AgreementMissing", "Nobody knows how well the judge agrees with people: nothing both scored."
    AGREEMENT_TOO_LOW = "AgreementTooLow", "The judge agrees with people less than requireAgreement asks."
    NOT_WORSE = (
        "NotWorse",
        "Against the baseline it is not worse than allowed, as far as the test can say.",
    )
    REGRESSED = "Regressed", "Against the baseline it is worse than allowed."
    UNDERPOWERED = (
        "Underpowered",
        "Too few samples to tell whether it is worse; nNeeded says how many could.",
    )
    TOO_FEW_MATCHED = "TooFewMatched", "Fewer samples than minMatched are in both runs."
    COMPARISON_MISSING = "ComparisonMissing", "The result lacks the comparison with the baseline that was asked for."
    PARTIAL_RESULT = "PartialResult", "The benchmark was ended early; partial metrics never gate."

    # providers, collections, datasets and evaluators
    READY = "Ready", "The object can be used."
