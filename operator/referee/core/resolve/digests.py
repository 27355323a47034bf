"""What decides an evaluator's scores, as one digest: two runs compare only where it is the same.

Beside its own block that is what the block leaves to the job: the model under test where a judge names no model, and
of a formula whatever its operands measure. An Evaluator by itself knows neither, and its status has the digest of what
it says.
"""

import hashlib
from collections.abc import Iterator, Sequence

from referee.api.conditions import Reason
from referee.api.endpoint import ModelEndpoint
from referee.api.evaluator import BLOCKS, EvaluatorBlocks
from referee.api.runplan import PlannedEvaluator
from referee.api.scoretype import ScoreType
from referee.core.evaluation import formula
from referee.core.refusal import Refused
from referee.core.result import canonical


def digest_of(
    type_: str,
    blocks: EvaluatorBlocks,
    score: ScoreType,
    *,
    under_test: ModelEndpoint | None = None,
    operands: Sequence[str] = (),
) -> str:
    """sha256 of all that decides an evaluator's scores: not of its name, its weight or its criteria.

    Args:
        type_: its type.
        blocks: what it consists of.
        score: what it gives.
        under_test: the model of the job, which is the judge where none is named.
        operands: digests of what its formula is over, in the order of their first mention.
    """
    given = getattr(blocks, BLOCKS[type_])
    block = given.wire() if given else {}
    if type_ == "LLM" and under_test is not None:
        block.setdefault("model", under_test.wire())
    what = {
        "type": type_,
        "score": score.wire(),
        "outputs": [output.wire() for output in blocks.outputs],
        "block": _without_secrets(block),
        **({"operands": list(operands)} if operands else {}),
    }
    return "sha256:" + hashlib.sha256(canonical(what).encode()).hexdigest()


def with_operands(planned: list[PlannedEvaluator]) -> list[PlannedEvaluator]:
    """A formula measures what its operands measure: their digests are in its own.

    Raises:
        Refused: formulas need each other.
    """
    by_score = {name: e.name for e in planned for name in names_of(e)}
    needs = {e.name: [by_score[name] for name in _operands(e)] for e in planned}
    try:
        order = formula.evaluation_order(needs)
    except formula.FormulaError as error:
        raise Refused(Reason.INVALID_EVALUATOR, f"spec.evaluation.evaluators: {error}") from None
    found = {e.name: e for e in planned}
    for name in order:
        if needs[name]:
            e = found[name]
            digest = digest_of(e.type, e, e.score, operands=[found[operand].digest for operand in needs[name]])
            found[name] = e.model_copy(update={"digest": digest})
    return list(found.values())


def names_of(evaluator: PlannedEvaluator) -> Iterator[str]:
    """By which its scores are addressed."""
    yield evaluator.name
    for output in evaluator.outputs:
        yield f"{evaluator.name}.{output.key}"


def _operands(evaluator: PlannedEvaluator) -> Sequence[str]:
    return formula.parse(evaluator.composite.formula).names if evaluator.composite is not None else ()


def _without_secrets(block: dict[str, object]) -> dict[str, object]:
    model = block.get("model")
    if isinstance(model, dict):
        kept = {key: value for key, value in model.items() if key not in ("auth", "timeoutSeconds", "pricing")}
        return {**block, "model": kept}
    return block
