"""`referee run --dry-run` and `--show-prompts`: what a job comes to, before anything is called.

The plan is resolved as for a run. What a model would be asked, the built-in adapter says itself: its preview runs over
the very job spec that its run would get, in a directory that goes again, without credentials. So a broken dataset, an
unknown placeholder or an evaluator that cannot be right is found here, too, and no second renderer can differ from it.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from referee.api.benchmark import PassCriteria
from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import PlannedBenchmark, PlannedEvaluator, RunPlan
from referee.cli.grid import console, grid
from referee.core.cannot_pass import cannot_pass
from referee.core.jobspec import Host, Turn, job_spec
from referee.core.outlook import of_baseline
from referee.core.refusal import Refusal
from referee.core.resolve import Allowed, resolve
from referee.local import layout
from referee.local.bundle import Bundle
from referee.local.catalogue import LocalCatalogue
from referee.local.errors import LocalError
from referee.local.launch import Obstacle, launch
from referee.report.numbers import NOTHING, count
from referee.report.visible import visible

_ADAPTER = "referee_evaluators"
_NOWHERE = "http://127.0.0.1:9/"
"""Where nothing listens: a preview reports to nobody."""
_PATIENCE = 600


@dataclass(frozen=True, slots=True)
class Look:
    """How a job is looked at."""

    bundle: Bundle
    results: Path
    model_url: str | None = None
    allow_code: bool = False
    prompts: int = 1


def show(job: EvaluationJob, look: Look) -> None:
    """Print the plan, what would be asked first, and what it would take.

    Raises:
        LocalError: it would be refused.
    """
    plan = _resolved(job, look)
    out = console()
    address = f" at {look.model_url or job.spec.model_url}" if job.spec.model else ""
    out.print(Text(f"{job.metadata.name}: {job.spec.model_name or 'no model is asked'}{address}"), soft_wrap=True)
    _print_plan(plan)
    for planned in plan.benchmarks:
        if (said := cannot_pass(planned, planned.num_examples, job.spec.confidence)) is not None:
            out.print(Text(said), soft_wrap=True)
    for said in of_baseline(job, plan):
        out.print(Text(said), soft_wrap=True)
    out.print(Text(f"Plan: {plan.digest}"), soft_wrap=True)
    print_prompts(job, look, plan)
    sys.stdout.flush()


def print_prompts(job: EvaluationJob, look: Look, plan: RunPlan | None = None) -> None:
    """Print the first requests of an evaluation, and what all of them would take."""
    plan = plan or _resolved(job, look)
    if plan.evaluation is None:
        said = "What is asked of the model, the benchmarks' frameworks decide while they run."
        console().print(Text(said), soft_wrap=True)
        return
    found = _previewed(job, look, plan)
    if found is not None:
        for line in _told(job, plan, found):
            console().print(Text(visible(line)), soft_wrap=True)


def _resolved(job: EvaluationJob, look: Look) -> RunPlan:
    asked = job.spec.pod.service_account_name
    catalogue = LocalCatalogue(look.bundle, job.metadata.namespace, look.results)
    allowed = Allowed(frozenset({asked} if asked else ()), mlflow=True, code=look.allow_code, in_pods=False)
    plan = resolve(job, catalogue, allowed)
    if isinstance(plan, Refusal):
        raise LocalError([f"EvaluationJob {job.metadata.name}: {plan.reason}: {plan.message}"])
    return plan


def _print_plan(plan: RunPlan) -> None:
    if plan.evaluation is not None:
        table = grid("evaluator", "type", "score", "weight", "passes", right=("weight",))
        for evaluator in plan.evaluation.evaluators:
            passes = _criteria(evaluator.pass_criteria, lower=evaluator.score.lower_is_better)
            row = (evaluator.name, str(evaluator.type), _score(evaluator), f"{evaluator.weight:g}", passes)
            table.add_row(*map(Text, row))
    else:
        table = grid("benchmark", "samples", "metric", "weight", "passes", right=("samples", "weight"))
        for planned in plan.benchmarks:
            primary = planned.primary_score
            samples = "all" if planned.num_examples is None else count(planned.num_examples)
            cells = (f"{planned.provider}/{planned.id}", samples, primary.metric if primary else NOTHING)
            passes = _criteria(planned.pass_criteria, lower=bool(primary and primary.lower_is_better))
            table.add_row(*map(Text, cells), Text(f"{planned.weight:g}"), Text(passes))
    if plan.pass_criteria is not None:
        table.add_row("the job", *[""] * (len(table.columns) - 2), Text(_criteria(plan.pass_criteria, lower=False)))
    console().print(table)


def _score(evaluator: PlannedEvaluator) -> str:
    if evaluator.outputs:
        return ", ".join(f"{output.key} {output.score.type}" for output in evaluator.outputs)
    score = evaluator.score
    ends = f" {score.min:g} to {score.max:g}" if score.min is not None and score.max is not None else ""
    return f"{score.type}{ends}"


def _criteria(criteria: PassCriteria | None, *, lower: bool) -> str:
    if criteria is None:
        return NOTHING
    end = "" if criteria.bound == "Point" else f", {'upper' if lower else 'lower'} end"
    part = f" [{criteria.slice.by}={criteria.slice.value}]" if criteria.slice is not None else ""
    return f"{criteria.measure}{part}{end} {'≤' if lower else '≥'} {criteria.threshold:g}"


def _previewed(job: EvaluationJob, look: Look, plan: RunPlan) -> Mapping[str, Any] | None:
    (planned,) = plan.benchmarks
    try:
        prepared = launch(job, plan, planned, look.bundle.keyed)
    except Obstacle as obstacle:
        refusal = obstacle.refusal
        raise LocalError([f"EvaluationJob {job.metadata.name}: {refusal.reason}: {refusal.message}"]) from None
    if prepared.fetch is not None:
        sys.stderr.write("the dataset is fetched when the job runs; its prompts are not shown before\n")
        return None
    if prepared.command[-1] != _ADAPTER:
        sys.stderr.write(f"the adapter of {planned.provider} has no preview; its prompts are not shown before\n")
        return None
    command = [*prepared.command[:-1], f"{_ADAPTER}.preview", str(look.prompts)]
    with tempfile.TemporaryDirectory(prefix="referee-") as place:
        directory = Path(place, "attempt")
        layout.make(directory, prepared.test_data)
        spec = layout.write_spec(directory, _spec(job, plan, planned, look))
        told = {**prepared.environment, "EVALHUB_MODE": "local", "EVALHUB_JOB_SPEC_PATH": str(spec)}
        done = subprocess.run(  # noqa: S603 - the provider's own command
            command, cwd=directory, env=told, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    if done.returncode:
        raise LocalError([f"EvaluationJob {job.metadata.name}: {line}" for line in _last(done.stderr)])
    found = json.loads(done.stdout)
    return found if isinstance(found, dict) else None


def _spec(job: EvaluationJob, plan: RunPlan, planned: PlannedBenchmark, look: Look) -> dict[str, Any]:
    return job_spec(job, plan, planned, Turn(planned.first_attempt), Host(_NOWHERE, None, look.model_url))


def _last(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1:] or ["its preview ended without a word"]


def _told(job: EvaluationJob, plan: RunPlan, found: Mapping[str, Any]) -> Iterator[str]:
    for shown in found["shown"]:
        said = shown["error"] if "error" in shown else json.dumps(shown["body"], indent=2, ensure_ascii=False)
        yield f"\nsample {shown['id']}:\n{said}"
    samples, epochs = found["samples"], found["epochs"]
    each = f" in {epochs} epochs" if epochs > 1 else ""
    yield f"\n{count(samples)} samples{each}: {count(found['requests'])} requests of the model"
    for evaluator in plan.evaluation.evaluators if plan.evaluation else ():
        if evaluator.llm is not None:
            asked = samples * epochs * evaluator.llm.votes
            yield f"{evaluator.name}: {count(asked)} requests of its judge"
    if found["requests"]:
        most = "" if found["output_tokens"] is None else f", at most {count(found['output_tokens'])} answered"
        yield f"about {count(found['input_tokens'])} tokens asked{most}, judges and retries aside"
    if found["cost"] is not None:
        pricing = job.spec.model.pricing if job.spec.model else None
        yield f"at most about {found['cost']:.4f} {pricing.currency if pricing else ''}".rstrip()
