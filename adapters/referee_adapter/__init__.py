"""What an adapter author imports: the job spec in, progress and results out.

    from referee_adapter import Context, Metric, Result, SampleCounts, run

    def evaluate(context: Context) -> Result: ...

    sys.exit(run(evaluate))

An adapter is a program that runs one benchmark of a framework against a model endpoint. This package keeps its
side of the contract with whoever started it (a pod of the operator, `referee run`, or an EvalHub host): where the
spec lies, how results are posted until they are acknowledged, what happens on SIGTERM. It depends on the standard
library and httpx alone, so that it fits into the image of any framework.
"""

from referee_adapter.context import Context
from referee_adapter.credentials import Credentials
from referee_adapter.errors import AdapterError, Failure, SpecError, Stopped
from referee_adapter.paths import Paths
from referee_adapter.result import Metric, MetricType, Result, SampleCounts, Slice
from referee_adapter.run import run
from referee_adapter.samples import SampleWriter
from referee_adapter.spec import Execution, JobSpec, MetricInfo, Model, Retry, Sampling

__all__ = [
    "AdapterError",
    "Context",
    "Credentials",
    "Execution",
    "Failure",
    "JobSpec",
    "Metric",
    "MetricInfo",
    "MetricType",
    "Model",
    "Paths",
    "Result",
    "Retry",
    "SampleCounts",
    "SampleWriter",
    "Sampling",
    "Slice",
    "SpecError",
    "Stopped",
    "run",
]
