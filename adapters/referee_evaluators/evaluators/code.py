"""Code evaluators: the user's function, run in the sandbox on each sample.

Two keys switch them on, the Provider's `adapter.allowCode` and the operator's own setting; the operator turns both into
one word of the job spec, and without it there is no sandbox here and the run is refused before the first call.

What the function returns is the score, of the declared type; a dict is several scores, unless the score is JSON.
`{"skip": "why"}` says that the evaluator does not apply to the sample. What it printed is kept as the explanation: that
is how its author looks into it. What it raises, or that it did not return, leaves this one sample unscored, with the
lines of the code that say why.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from referee.core.evaluation.entrypoint import EntryPoint, EntryPointError, Wanted, find
from referee_adapter import Failure, SpecError
from referee_adapter.fields import Fields
from referee_evaluators.evaluators.code_arguments import arguments
from referee_evaluators.evaluators.scores import all_unscored, several, taken, types_of
from referee_evaluators.sandbox.modules import extra_modules
from referee_evaluators.sandbox.pool import SandboxPool
from referee_evaluators.sandbox.program import CodeError, Program, Returned, SandboxLost, SandboxUnavailable
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Sample, Score, Scorer, Tools

_ENTRYPOINTS: tuple[Wanted, ...] = ("Auto", "Main", "Evaluate", "Log", "LogTestcase", "OutputTarget")
_SKIP = "skip"


def build(evaluator: EvaluatorSpec, tools: Tools) -> Scorer:
    """The code evaluator, with its function found.

    Raises:
        Failure: code is not allowed here, or no function could be called.
    """
    if tools.sandbox is None:
        raise Failure(
            "CodeNotAllowed",
            f"evaluator {evaluator.name!r} is code, and code is not allowed here: it needs adapter.allowCode of the "
            "provider and REFEREE_ALLOW_CODE of the operator (--allow-code of referee run)",
            retryable=False,
        )
    fields = Fields(evaluator.block, f"evaluators.{evaluator.name}.code")
    source = fields.filled("source")
    if (language := fields.text("language", "Python")) != "Python":
        raise SpecError(f"evaluators.{evaluator.name}.code.language is {language!r}; Python is what runs here")
    try:
        entry = find(source, fields.choice("entrypoint", _ENTRYPOINTS))
    except EntryPointError as error:
        raise SpecError(f"evaluators.{evaluator.name}.code.source: {error.message}") from error
    if entry.needs_target and evaluator.arguments != "TargetRequired":
        raise SpecError(
            f"evaluators.{evaluator.name}.arguments is TargetFree, and {entry.function} (line {entry.line}) takes the "
            "target; make it TargetRequired, or give that parameter a default"
        )
    program = Program(source, entry.function, extra_modules(source))
    tools.sandbox.expect(program)
    return _Code(evaluator, entry, program, tools.sandbox)


class _Code:
    def __init__(self, evaluator: EvaluatorSpec, entry: EntryPoint, program: Program, sandbox: SandboxPool) -> None:
        self._evaluator = evaluator
        self._entry = entry
        self._program = program
        self._sandbox = sandbox

    async def score(self, sample: Sample) -> Sequence[Score]:
        """What the function says of one sample."""
        try:
            returned = await self._sandbox.run(self._program, arguments(self._entry, sample))
        except CodeError as error:
            more: dict[str, Any] = {"explanation": error.printed or None, "duration": error.seconds}
            return all_unscored(self._evaluator, error.message, **more)
        except (SandboxLost, SandboxUnavailable) as error:
            return all_unscored(self._evaluator, str(error), "infrastructure")
        return self._scores(returned, {"explanation": returned.printed or None, "duration": returned.seconds})

    async def close(self) -> None:
        """The sandbox is everybody's, and is closed by who made it."""

    def _scores(self, returned: Returned, more: Mapping[str, Any]) -> Sequence[Score]:
        value, types = returned.value, types_of(self._evaluator)
        if isinstance(value, dict) and list(value) == [_SKIP] and f"{self._evaluator.name}.{_SKIP}" not in types:
            return [Score(name, "skipped", **{**more, "explanation": str(value[_SKIP])}) for name in types]
        if not self._evaluator.outputs:
            if isinstance(value, dict) and self._evaluator.score.type != "JSON":
                why = "the function returned several scores; declare their keys in outputs to count them"
                return [*all_unscored(self._evaluator, why, **more), *several(self._evaluator, value, **more)]
            return [taken(name, type_, value, **more) for name, type_ in types.items()]
        if not isinstance(value, dict):
            keys = ", ".join(output.key for output in self._evaluator.outputs)
            return all_unscored(self._evaluator, f"the function must return a dict with the keys {keys}", **more)
        return several(self._evaluator, value, **more)
