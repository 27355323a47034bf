"""The harness's run over loaded tasks: which samples, which settings, and what comes out.

`simple_evaluate` does the work, unchanged, with an own model object under it; what a score is stays the harness's
business. Around it: the samples are chosen, lost ones are kept out of the scores, and a run that was told to stop is
scored as far as it came.
"""

import json
import logging
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

from lm_eval import simple_evaluate
from lm_eval.tasks import TaskManager
from lm_eval.utils import simple_parse_args_string

from referee_adapter import Context, Failure, Result, SampleCounts, Stopped
from referee_lm_eval.endpoint import Endpoint
from referee_lm_eval.metrics import Summary, summarise
from referee_lm_eval.model import skip_lost
from referee_lm_eval.model_choice import make_model, target
from referee_lm_eval.parameters import Json, Parameters
from referee_lm_eval.records import write_records
from referee_lm_eval.sampling import apportion, choose

_log = logging.getLogger(__name__)


class HarnessRun:
    """One benchmark over tasks that are loaded."""

    def __init__(self, context: Context, parameters: Parameters, name: str, loaded: Json) -> None:
        self._context = context
        self._spec = context.spec
        self._parameters = parameters
        self._name = name
        self._tasks: dict[str, Any] = loaded["tasks"]
        self._groups: dict[str, Any] = loaded["groups"]
        self._endpoint = Endpoint(target(context), context.spec.execution)
        context.on_stop(self._endpoint.stop)

    def execute(self) -> Result:
        """Choose samples, ask, score."""
        self._refuse_unsafe_code()
        positions = self._choose()
        kinds = {str(task.get_config("output_type") or task.OUTPUT_TYPE) for task in self._tasks.values()}
        model = make_model(self._context, self._parameters, self._endpoint, kinds)
        model.use(self._endpoint, self._progress(sum(map(len, positions.values()))))
        for task in self._tasks.values():
            skip_lost(task, model.lost)
        results = self._harness(model, positions)
        with self._context.samples() as writer:
            write_records(writer, self._tasks, results["samples"], model.lost, positions)
        self._keep(results)
        return self._conclude(results, model, sum(map(len, positions.values())))

    def _choose(self) -> dict[str, Sequence[int]]:
        """Per task the positions of its samples; tasks left without any are taken out."""
        sizes = {name: len(task.eval_docs) for name, task in self._tasks.items()}
        wanted = self._spec.num_examples
        counts = sizes if wanted is None else apportion(sizes, wanted)
        for name in [name for name, count in counts.items() if not count]:
            del self._tasks[name]
            for group in self._groups.values():
                group.pop(name)
        if not self._tasks:
            raise Failure("EmptyDataset", f"task {self._name!r} has no samples", retryable=False)
        return {name: choose(name, sizes[name], counts[name], self._spec.sampling) for name in self._tasks}

    def _harness(self, model: Any, positions: dict[str, Sequence[int]]) -> Json:  # noqa: ANN401 - the harness's
        chat = self._parameters.apply_chat_template
        seed = self._parameters.seed
        names = ("random_seed", "numpy_random_seed", "torch_random_seed", "fewshot_random_seed")
        group = self._groups.get(self._name)
        results: Json = simple_evaluate(
            model=model,
            tasks=[group] if group else list(self._tasks.values()),
            task_manager=TaskManager(include_defaults=False),
            samples=positions,
            num_fewshot=self._parameters.num_fewshot,
            apply_chat_template=self._spec.model.api == "Chat" if chat is None else chat,
            fewshot_as_multiturn=self._parameters.fewshot_as_multiturn,
            system_instruction=self._parameters.system_instruction,
            gen_kwargs=self._generation() or None,
            bootstrap_iters=self._parameters.bootstrap_iters,
            confirm_run_unsafe_code=self._parameters.confirm_run_unsafe_code,
            **({} if seed is None else dict.fromkeys(names, seed)),
        )
        return results

    def _generation(self) -> Json:
        """The job's generation parameters, under the benchmark's own."""
        given = self._parameters.gen_kwargs or {}
        own = simple_parse_args_string(given) if isinstance(given, str) else given
        return {**(self._spec.model.parameters or {}), **own}

    def _progress(self, samples: int) -> Callable[[int, bool], None]:
        """Counts requests, reports samples: a sample may be several requests."""
        requests = answered = lost = 0

        def on_answered(count: int, was_lost: bool) -> None:  # noqa: FBT001 - a callback
            nonlocal requests, answered, lost
            requests = requests or sum(i.repeats or 1 for task in self._tasks.values() for i in task.instances)
            answered += count
            lost += count * was_lost
            self._context.report_progress(
                min(samples, samples * answered // requests), samples, -(-samples * lost // requests)
            )

        self._context.report_progress(0, samples)
        return on_answered

    def _conclude(self, results: Json, model: Any, total: int) -> Result:  # noqa: ANN401 - the harness's
        stopped = sum(error.cause == "stopped" for error in model.lost.values())
        scored = total - len(model.lost)
        counts = SampleCounts(total=total, scored=scored, errors=len(model.lost) - stopped)
        summary = summarise(results, self._name, self._spec)
        if stopped:
            if summary.metrics:
                self._context.partial(_completed(summary, counts))
            raise Stopped
        if not scored:
            error = next(iter(model.lost.values()))
            return Result.failed(
                "NothingScored",
                f"all {total} samples were lost; the first to: {error.message}",
                retryable=error.cause == "infrastructure",
                samples=counts,
            )
        if not summary.metrics or self._spec.primary_metric in summary.dropped:
            names = ", ".join(summary.dropped) or "none at all"
            message = f"the harness gave no finite number ({names}) for {scored} scored samples"
            return Result.failed("MetricNotFinite", message, retryable=False, samples=counts)
        return _completed(summary, counts)

    def _refuse_unsafe_code(self) -> None:
        unsafe = [name for name, task in self._tasks.items() if getattr(task, "UNSAFE_CODE", False)]
        if unsafe and not self._parameters.confirm_run_unsafe_code:
            raise Failure(
                "UnsafeCode",
                f"{', '.join(unsafe[:3])} executes what the model wrote: parameters.confirm_run_unsafe_code allows it",
                retryable=False,
            )

    def _keep(self, results: Json) -> None:
        """Leave the harness's own result file beside the samples, for whoever knows it."""
        kept = {key: value for key, value in results.items() if key not in ("samples", "pretty_env_info")}
        kept["lm_eval_version"] = version("lm-eval")
        text = json.dumps(kept, default=str, ensure_ascii=False, indent=1)
        file = self._context.paths.data / "harness-results.json"
        file.write_text(self._context.credentials.redact(text), encoding="utf-8")


def _completed(summary: Summary, counts: SampleCounts) -> Result:
    message = f"left out, not finite: {', '.join(summary.dropped)}" if summary.dropped else None
    return Result.completed(summary.metrics, counts, summary.slices, message)
