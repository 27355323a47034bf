"""Whether an evaluator can work as it is written. Nothing of it is executed: code is parsed, patterns are compiled."""

import re
import warnings
from collections.abc import Collection, Iterable, Iterator

from referee.api.evaluator import CodeBlock, EvaluatorBlocks, HumanBlock, LLMBlock
from referee.api.graders import GraderBlock
from referee.api.scoretype import ScoreType
from referee.core.evaluation import entrypoint, formula, placeholders, schemas, scoretype


def trouble_of(type_: str, blocks: EvaluatorBlocks, others: Collection[str] | None = None) -> str | None:
    """What is wrong with it, and where; None if nothing is.

    Args:
        type_: its type.
        blocks: what it consists of.
        others: names that a formula may use; None: nobody knows yet.
    """
    for where, score in _scores(blocks):
        if unknown := sorted(set(score.passing_choices) - {choice.name for choice in score.choices}):
            return f"{where}.passingChoices: {unknown[0]!r} is none of its choices: correct it, or add the choice"
    if type_ == "Composite" and blocks.composite is not None:
        return _formula(blocks.composite.formula, others)
    if type_ == "Code" and blocks.code is not None:
        return _code(blocks.code, blocks.arguments)
    if type_ == "LLM" and blocks.llm is not None:
        return _judge(blocks.llm)
    if type_ == "Human" and blocks.human is not None:
        return _people(blocks.human, [score for _, score in _scores(blocks)])
    return _grader(blocks.grader) if blocks.grader is not None else None


def entrypoint_of(code: CodeBlock) -> str | None:
    """What its `entrypoint` comes to; None where the code has none."""
    try:
        return entrypoint.find(code.source, code.entrypoint).kind
    except entrypoint.EntryPointError:
        return None


def needs_target(code: CodeBlock) -> bool:
    """Whether its function cannot do without a target; no where the code has none."""
    try:
        return entrypoint.find(code.source, code.entrypoint).needs_target
    except entrypoint.EntryPointError:
        return False


def _formula(text: str, others: Collection[str] | None) -> str | None:
    try:
        formula.parse(text, others)
    except formula.FormulaError as error:
        return f"composite.formula: {error}"
    return None


def _code(code: CodeBlock, arguments: str | None) -> str | None:
    try:
        found = entrypoint.find(code.source, code.entrypoint)
    except entrypoint.EntryPointError as error:
        line = f" line {error.line}" if error.line is not None else ""
        return f"code.source{line}: {error.message}"
    if found.needs_target and arguments == "TargetFree":
        return (
            f"arguments: TargetFree, but {found.function} (code.source line {found.line}) cannot do without a target:"
            " set TargetRequired, or give that parameter a default"
        )
    return None


def _judge(judge: LLMBlock) -> str | None:
    """Names of its template that nothing stands for; one with loops has names of its own, and is left to the run."""
    where, prompt = ("llm.rubric", judge.rubric) if judge.prompt is None else ("llm.prompt", judge.prompt)
    prompt = prompt or ""
    if "{%" in prompt:
        return None
    path = placeholders.unknown(placeholders.scanned(prompt, placeholders.JUDGE), placeholders.JUDGE)
    return f"{where}: {placeholders.refusal(path, placeholders.JUDGE)}" if path is not None else None


def _people(people: HumanBlock, scores: Iterable[ScoreType]) -> str | None:
    if people.overlap > 0:
        return (
            "human.overlap: labelling queues, which would hand a sample to a second person, come later: leave it out,"
            " or set minLabels: 2 for every sample"
        )
    if people.aggregation not in ("Mean", "Median"):
        return None
    for score in scores:
        if score.type == "Boolean" or not scoretype.ScoreType.of(score).numeric:
            need = "a value for every choice" if score.type == "Categorical" else "numbers"
            return (
                f"human.aggregation: {people.aggregation} needs {need}, and the score is of type {score.type}: set"
                " Majority, or leave it out"
            )
    return None


def _grader(grader: GraderBlock) -> str | None:
    if grader.regex is not None:
        try:
            with warnings.catch_warnings(action="ignore"):  # what may mean something else one day means this today
                re.compile(grader.regex.pattern)
        except (re.error, RecursionError, OverflowError) as error:
            return f"grader.regex.pattern: {error}"
    if grader.json_schema is not None and (trouble := schemas.trouble(grader.json_schema.schema_)):
        return f"grader.jsonSchema.schema{trouble}"
    return None


def _scores(blocks: EvaluatorBlocks) -> Iterator[tuple[str, ScoreType]]:
    if blocks.score is not None:
        yield "score", blocks.score
    for output in blocks.outputs:
        yield f"outputs[{output.key}].score", output.score
