"""From the columns of a run to its result document.

The figures are `referee.core.evaluation`'s; here they meet the rest of what is reported: usage, the dataset's digest,
the comparison with a baseline, and when there is a result at all.
"""

from collections.abc import Mapping
from typing import Any

from referee.core.evaluation.aggregate import Method
from referee.core.evaluation.document import document
from referee.core.evaluation.outcomes import Policies
from referee.core.evaluation.reading import Reduction
from referee.core.evaluation.table import Table
from referee_adapter import Metric, Result, SampleCounts
from referee_evaluators.endpoint.ledger import Ledger
from referee_evaluators.evaluators.judging.agreeing import SelfAgreement
from referee_evaluators.spec import EvaluationSpec


def policies_of(evaluation: EvaluationSpec) -> Policies:
    """What the job says of pairs without a score."""
    errors = evaluation.on_error
    return Policies(errors.model, errors.infrastructure, errors.evaluator, evaluation.closing)


def method_of(evaluation: EvaluationSpec) -> Method:
    """How the job's scores become figures."""
    epochs = evaluation.epochs
    return Method(
        confidence=evaluation.confidence,
        policies=policies_of(evaluation),
        reductions=tuple(Reduction(name, epochs.k) for name in epochs.reducers),
    )


def result_of(table: Table, evaluation: EvaluationSpec, more: Mapping[str, Any], votes: SelfAgreement) -> Result:
    """The result of a run.

    Args:
        table: its scores.
        evaluation: what was asked.
        more: usage, dataset digest, comparison.
        votes: how far judges agree with themselves.
    """
    found = document(table, evaluation.evaluators, method_of(evaluation), evaluation.criteria)
    for entry in found["evaluators"]:
        if said := votes.of(entry["name"]):
            entry["agreement"] = {**entry.get("agreement", {}), **said}
    samples = found.pop("samples")
    metrics = [
        Metric(m["name"], m["value"], stderr=m.get("stderr"), n=m.get("n"), type=m["type"])
        for m in found.pop("metrics")
    ]
    pending = max([samples["pending"], *(entry.get("pending", 0) for entry in found["evaluators"])])
    counts = SampleCounts(
        total=samples["total"],
        scored=samples["scored"],
        errors=samples["errors"],
        unscored=samples["unscored"],
        pending=0 if evaluation.closing else min(pending, samples["total"]),
    )
    return Result.of_evaluation(metrics, counts, {**found, **more})


def usage_of(ledger: Ledger) -> dict[str, Any]:
    """What the run has spent, earlier pods and attempts included."""
    accounts, earlier = ledger.accounts, ledger.earlier
    return {
        "requests": earlier.requests + sum(a.requests for a in accounts),
        "inputTokens": earlier.input_tokens + sum(a.input_tokens for a in accounts),
        "outputTokens": earlier.output_tokens + sum(a.output_tokens for a in accounts),
        "cost": earlier.cost + sum(a.cost for a in accounts),
        "cacheHits": sum(a.cache_hits for a in accounts),
        "estimated": ledger.estimated,
    }
