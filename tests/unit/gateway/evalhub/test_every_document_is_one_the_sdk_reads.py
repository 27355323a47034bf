"""Whatever the CRD lets in, the published SDK reads what we make of it: one strange job must not break a list."""

import json
from typing import Any

from evalhub.models.api import EvaluationJob, JobsList, JobStatus
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from referee.gateway.evalhub.pages import encode
from referee.gateway.evalhub.wire.benchmarks import Beside
from referee.gateway.evalhub.wire.document import from_resource
from referee.gateway.evalhub.wire.states import OVER
from referee.gateway.reporting.wire import JOB_PHASES
from tests.unit.gateway.evalhub.manifests import evaluation_jobs

_ANY = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
_NAMES = st.sampled_from(
    [
        *("metrics", "metricsSchema", "otherMetrics", "artifacts", "additionalInfo", "mlflowRunId", "logsPath"),
        *("phase", "messageOrigin", "warning", "reason", "message"),
    ]
)
_METRICS = st.lists(st.fixed_dictionaries({"name": st.text(max_size=5), "value": _ANY | st.floats(allow_nan=False)}))
_RESULTS = st.dictionaries(_NAMES, _ANY | st.dictionaries(st.text(max_size=5), _ANY, max_size=2) | _METRICS, max_size=6)
_BESIDE = st.builds(
    Beside,
    results=st.dictionaries(st.integers(0, 63), _RESULTS, max_size=3),
    phases=st.dictionaries(st.integers(0, 63), st.sampled_from(JOB_PHASES) | st.text(max_size=5), max_size=3),
    collection=st.lists(st.tuples(st.just("harness"), st.just("arc")), max_size=2),
)


@given(job=evaluation_jobs(), beside=_BESIDE, brief=st.booleans())
@settings(
    max_examples=150,
    deadline=None,
    # a job has a hundred fields: to shrink one takes minutes and says no more than the SDK's own words
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_any_job_in_any_state(job: dict[str, Any], beside: Beside, brief: bool) -> None:
    document = json.loads(encode(from_resource(job, beside, brief=brief)))

    read = EvaluationJob.model_validate(document)
    JobsList.model_validate({"total_count": 1, "items": [document]})
    assert read.id == job["metadata"]["name"]
    _without_nulls(document)
    if read.state not in OVER:
        assert read.state in (JobStatus.PENDING, JobStatus.RUNNING)


def _without_nulls(document: dict[str, Any]) -> None:
    """Of our own fields; inside what is the user's anything may stand."""
    for name in ("resource", "status", "results"):
        assert None not in document[name].values()
    for benchmark in document["status"].get("benchmarks", ()):
        assert None not in benchmark.values()
    for result in document["results"].get("benchmarks", ()):
        assert None not in result.values()
