"""Whether exactly the expected tools were called, none missing and none besides.

The target is a list of calls (`{name, arguments}`, or as a chat message has them), one call, or a name; an empty list
expects that nothing is called, and is a target. A call that is expected without arguments may have any. With `order`
the calls have to come as listed, else the best assignment of made to expected calls counts. Arguments compare as JSON:
Exact, Subset (what is expected is there, inner objects too) or Ignore. Arguments that are no JSON are the model's
fault.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from referee.core.evaluation.outcomes import TARGET_MISSING
from referee_adapter.fields import Fields
from referee_evaluators.evaluators.graders.grade import YES_OR_NO, Found, Grader
from referee_evaluators.evaluators.graders.json_values import NotJSON, parse, same
from referee_evaluators.evaluators.graders.texts import shown
from referee_evaluators.evaluators.scores import NotScored
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Sample

_BROKEN = object()
"""Arguments that are no JSON: equal to nothing."""


class _Call(NamedTuple):
    name: str
    arguments: Any
    """None: not given."""


def grader(options: Fields, evaluator: EvaluatorSpec) -> Grader:
    """Read how arguments and order are compared."""
    del evaluator
    matches = _ARGUMENTS[options.choice("arguments", ("Exact", "Subset", "Ignore"))]
    ordered = options.flag("order", default=False)

    def fits(made: _Call, expected: _Call) -> bool:
        return made.name == expected.name and (
            expected.arguments is None or matches(made.arguments or {}, expected.arguments)
        )

    def grade(sample: Sample) -> Found:
        expected, made = _expected(sample.datapoint.target), _made(sample.output.message)
        right = len(made) == len(expected) and (
            all(map(fits, made, expected)) if ordered else _assignable(made, expected, fits)
        )
        return Found(right, f"called {_names(made)}; expected {_names(expected)}")

    return Grader(grade, YES_OR_NO)


def _assignable(made: Sequence[_Call], expected: Sequence[_Call], fits: Callable[[_Call, _Call], bool]) -> bool:
    """Whether every expected call has a made one of its own: augmenting paths (Kuhn 1955)."""
    owner: dict[int, int] = {}

    def find(wanted: int, seen: set[int]) -> bool:
        for position, call in enumerate(made):
            if position not in seen and fits(call, expected[wanted]):
                seen.add(position)
                if position not in owner or find(owner[position], seen):
                    owner[position] = wanted
                    return True
        return False

    return all(find(wanted, set()) for wanted in range(len(expected)))


def _subset(made: Any, expected: Any) -> bool:  # noqa: ANN401 - any JSON values
    if isinstance(made, Mapping) and isinstance(expected, Mapping):
        return all(key in made and _subset(made[key], value) for key, value in expected.items())
    return same(made, expected)


_ARGUMENTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "Exact": same,
    "Subset": _subset,
    "Ignore": lambda *_: True,
}


def _made(message: Mapping[str, Any] | None) -> list[_Call]:
    """The calls of a chat message; of the older kind with one function, too."""
    if not message:
        return []
    if isinstance(message.get("function_call"), Mapping):
        return [_call(message["function_call"])]
    calls = message.get("tool_calls") or []
    return [_call(call) for call in calls if isinstance(call, Mapping)] if isinstance(calls, list) else []


def _expected(target: object) -> list[_Call]:
    if target is None:
        raise NotScored("the datapoint has no target, and this evaluator needs one", TARGET_MISSING)
    if isinstance(target, Mapping) and "tool_calls" in target:
        target = target["tool_calls"]
    calls = [_call(each) for each in (target if isinstance(target, list | tuple) else [target])]
    for call in calls:
        if not call.name or call.arguments is _BROKEN:
            raise NotScored(
                f"the target {shown(target)} is no list of tool calls: each is {{name, arguments}} or a name"
            )
    return calls


def _call(call: object) -> _Call:
    if isinstance(call, str):
        return _Call(call, None)
    if not isinstance(call, Mapping):
        return _Call("", None)
    inner = call["function"] if isinstance(call.get("function"), Mapping) else call
    arguments = inner.get("arguments")
    if isinstance(arguments, str):
        try:
            arguments = parse(arguments) if arguments.strip() else {}
        except NotJSON:
            arguments = _BROKEN
    return _Call(str(inner.get("name") or ""), arguments)


def _names(calls: Sequence[_Call]) -> str:
    return (
        ", ".join(f"{call.name}({'?' if call.arguments is _BROKEN else shown(call.arguments)})" for call in calls)
        or "nothing"
    )
