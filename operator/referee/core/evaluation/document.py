"""The parts of a result document that the scores of a run come to: for the adapter to report, for the operator to gate.

    table = Table(columns(evaluators), epochs=…, slices=slice_paths(slices, evaluators, criteria))
    table.sample(position, [value_at(metadata, path) for path in table.slices], cluster)
    table.put(position, epoch, name, outcome, value=…, label=…, cause=…)
    document(table, evaluators, method, criteria)

An evaluator with several `outputs` has a column for each, `name.key`. Its weight is shared evenly by those that are
numbers, its criterion holds for each of them: nothing says that one of its keys matters more than another.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from referee.core.evaluation.aggregate import Aggregated, Method, aggregate
from referee.core.evaluation.agreeing import agreement_of
from referee.core.evaluation.combine import Combined, combined
from referee.core.evaluation.figures import Measure
from referee.core.evaluation.outcomes import without_output
from referee.core.evaluation.scoretype import ScoreType, ScoreTypeLike
from referee.core.evaluation.slices import Part, Slice, slices
from referee.core.evaluation.table import ColumnSpec, Table

SCORE = "score"
"""Name of the combined score among the metrics; an evaluator of that name is among the evaluators alone."""


class Asks(Protocol):
    """What a pass criterion needs to be computed."""

    @property
    def measure(self) -> Measure: ...  # noqa: D102 - the fields of PassCriteria
    @property
    def slice_by(self) -> str | None: ...  # noqa: D102
    @property
    def slice_value(self) -> str | None: ...  # noqa: D102
    @property
    def require_agreement(self) -> Mapping[str, Any] | None: ...  # noqa: D102


class OutputLike(Protocol):
    """One of several scores that an evaluator gives at once."""

    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def score(self) -> ScoreTypeLike: ...  # noqa: D102


class EvaluatorLike(Protocol):
    """An evaluator of the job, as far as figures need it."""

    @property
    def name(self) -> str: ...  # noqa: D102 - the fields of the job
    @property
    def type(self) -> str: ...  # noqa: D102
    @property
    def digest(self) -> str: ...  # noqa: D102
    @property
    def score(self) -> ScoreTypeLike: ...  # noqa: D102
    @property
    def outputs(self) -> Sequence[OutputLike]: ...  # noqa: D102
    @property
    def weight(self) -> float: ...  # noqa: D102
    @property
    def criteria(self) -> Asks | None: ...  # noqa: D102


def columns(evaluators: Iterable[EvaluatorLike]) -> list[ColumnSpec]:
    """The columns of a run's table."""
    return [spec for evaluator in evaluators for spec in columns_of(evaluator)]


def columns_of(evaluator: EvaluatorLike) -> list[ColumnSpec]:
    """One column, or one for each of its outputs."""
    types = [(f"{evaluator.name}.{output.key}", ScoreType.of(output.score)) for output in evaluator.outputs]
    types = types or [(evaluator.name, ScoreType.of(evaluator.score))]
    sharing = sum(type_.numeric for _, type_ in types)
    return [ColumnSpec(name, type_, evaluator.weight / sharing if type_.numeric else 0) for name, type_ in types]


def slice_paths(paths: Iterable[str], evaluators: Iterable[EvaluatorLike], criteria: Asks | None) -> list[str]:
    """The paths by which the run is cut: those of the job, and those that a criterion names."""
    asked = [criteria, *(evaluator.criteria for evaluator in evaluators)]
    return list(dict.fromkeys([*paths, *(c.slice_by for c in asked if c is not None and c.slice_by)]))


def document(
    table: Table, evaluators: Sequence[EvaluatorLike], method: Method, criteria: Asks | None = None
) -> dict[str, Any]:
    """`metrics`, `samples`, `evaluators`, `score` and `slices` of the result.

    Args:
        table: all scores.
        evaluators: of the job, in its order.
        method: how scores become figures.
        criteria: the job's own.
    """
    measured: list[tuple[ColumnSpec, Aggregated]] = []
    entries = []
    for evaluator in evaluators:
        wanted = _whole([evaluator.criteria])
        about = {"type": evaluator.type, "digest": evaluator.digest}
        for spec in columns_of(evaluator):
            found = aggregate(table, spec.name, method, wanted=wanted)
            measured.append((spec, found))
            entries.append(_entry(spec, found, method, about, wanted) | _agreement(table, evaluator, spec, method))
    for name, column in sorted(table.columns.items()):
        if not column.spec.declared:
            found = aggregate(table, name, method)
            entries.append(_entry(column.spec, found, method, {"type": "External", "declared": False}, ()))
    score = combined(table, method, wanted=_whole([criteria]))
    gated = _gated(evaluators, criteria)
    parts, left_out = slices(table, [spec.name for spec, _ in measured], method, gated)
    return {
        "metrics": _metrics(measured, score, single=table.epochs == 1),
        "samples": _samples(table, score, measured),
        "evaluators": entries,
        **({} if score is None else {"score": score.wire(method.policies.closing)}),
        **({"slices": [_slice(part, method, gated) for part in parts]} if parts else {}),
        **({"slicesLeftOut": left_out} if left_out else {}),
    }


def _whole(asked: Iterable[Asks | None]) -> list[Measure]:
    """What is asked of the whole run, not of a part."""
    return [c.measure for c in asked if c is not None and not c.slice_by]


def _gated(evaluators: Iterable[EvaluatorLike], criteria: Asks | None) -> Mapping[Part, list[Measure]]:
    gated: dict[Part, list[Measure]] = {}
    for c in (criteria, *(evaluator.criteria for evaluator in evaluators)):
        if c is not None and c.slice_by:
            gated.setdefault((c.slice_by, c.slice_value or ""), []).append(c.measure)
    return gated


def _entry(
    spec: ColumnSpec, found: Aggregated, method: Method, about: Mapping[str, Any], gated: Collection[Measure]
) -> dict[str, Any]:
    return {
        "name": spec.name,
        **about,
        "scoreType": spec.type.type,
        "n": found.n,
        **found.counts.wire(method.policies.closing),
        "measures": [
            {**figure.wire(), **({"gated": True} if figure.measure in gated else {})} for figure in found.figures
        ],
        **({"distribution": found.distribution} if found.distribution else {}),
        **({"choices": list(found.choices)} if found.choices else {}),
    }


def _agreement(table: Table, evaluator: EvaluatorLike, spec: ColumnSpec, method: Method) -> dict[str, Any]:
    """With people, where the criterion asks for it."""
    required = evaluator.criteria.require_agreement if evaluator.criteria else None
    people = required.get("with") if required else None
    if not isinstance(people, str):
        return {}
    return {"agreement": agreement_of(table, spec.name, people, method.confidence)}


def _slice(part: Slice, method: Method, gated: Collection[Part]) -> dict[str, Any]:
    mark = {"gated": True} if (part.by, part.value) in gated else {}
    return {**part.wire(method.policies.closing), **mark}


def _metrics(
    measured: Iterable[tuple[ColumnSpec, Aggregated]], score: Combined | None, *, single: bool
) -> list[dict[str, Any]]:
    found = [] if score is None else [(SCORE, "Numerical", score.mean)]
    for spec, figures in measured:
        mean = figures.figure("Mean")
        if mean is not None and spec.name != SCORE:
            found.append((spec.name, "Boolean" if single and spec.type.type == "Boolean" else "Numerical", mean))
    return [
        {
            "name": name,
            "value": figure.value,
            "n": figure.n,
            "type": kind,
            **({} if figure.stderr is None else {"stderr": figure.stderr}),
        }
        for name, kind, figure in found
        if figure.value is not None
    ]


def _samples(table: Table, score: Combined | None, measured: Sequence[tuple[ColumnSpec, Aggregated]]) -> dict[str, int]:
    """Counts of samples: by the combined score, or by the first evaluator where nothing is combined."""
    total = len(table.positions())
    counts = {"total": total, "errors": _not_run(table)}
    if score is not None:
        pending = score.pending
        return {**counts, "scored": score.mean.n, "unscored": score.unscored, "pending": pending}
    first = measured[0][1] if measured else None
    if first is None:
        return {**counts, "scored": 0, "unscored": 0, "pending": 0}
    missing = total - first.n
    pending = min(missing, first.counts.pending)
    unscored = min(missing - pending, first.counts.unscored)
    return {**counts, "scored": first.n, "unscored": unscored, "pending": pending}


def _not_run(table: Table) -> int:
    """Samples of which an epoch could not be run: there was no output to score."""
    marks = []
    for column in table.columns.values():
        failed = {state for state, cause in column.causes().items() if without_output(cause)}
        if column.spec.declared and failed:
            marks.append(column.states.translate(bytes(state in failed for state in range(256))))
    if not marks:
        return 0
    return sum(
        any(1 in mark[cells.start : cells.stop] for mark in marks) for cells in map(table.cells, table.positions())
    )
