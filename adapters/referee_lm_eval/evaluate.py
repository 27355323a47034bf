"""One benchmark, from job spec to result: find the task, set the environment, then let the harness run.

The order matters. Whatever can be refused is refused before the harness is imported (a second and a half), and its
libraries read the environment while they are imported.
"""

import os
import tempfile
from pathlib import Path

from referee_adapter import Context, Result
from referee_lm_eval import environment
from referee_lm_eval.parameters import read_parameters
from referee_lm_eval.tasks import load, select


def evaluate(context: Context) -> Result:
    """Run the benchmark that the job spec names.

    Raises:
        Failure: it cannot be scored.
        Stopped: told to stop; what was answered until then is left as the partial result.
    """
    spec = context.spec
    parameters = read_parameters(spec.parameters)
    selection = select(parameters.task or spec.task or spec.benchmark_id, parameters, context.paths.test_data)
    offline = environment.wants_offline(os.environ) if parameters.offline is None else parameters.offline
    with tempfile.TemporaryDirectory(prefix="referee-lm-eval-") as scratch:
        environment.prepare(context, offline=offline, scratch=Path(scratch) if selection.local else None)

        from referee_lm_eval.harness import HarnessRun  # noqa: PLC0415 - imports the harness

        return HarnessRun(context, parameters, selection.name, load(selection)).execute()
