"""Which function of an evaluator's code is called, and with what: found in its text, without running any of it.

People bring functions that were written for other systems, and each system calls its own kind. `Auto` goes by the names
of the parameters, because those are what the systems' documents fix:

    Main           main(eval_inputs)
    Evaluate       evaluate(llm_input, llm_output, **kw)
    Log            f(log)
    LogTestcase    f(log, testcase)
    OutputTarget   f(output, target)

Where more than one function could be meant, or none can, it refuses, with the lines and what to do: a guess would score
a whole run with the wrong function. Naming `entrypoint` settles the kind; then any parameter names will do.

It is in core, since the operator says so when the evaluator is created and the adapter before the first call. The text
is somebody else's: it is bounded, it is parsed and never compiled (Python's compiler writes each `finally` out several
times, and nested ones so often that a kilobyte takes minutes), and what exhausts the parser is refused like any other
error. What only a compiler finds, a `return` outside of a function, the adapter's sandbox finds, where time is limited.
"""

import ast
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from referee.core.evaluation.placeholders import LEGACY, TEXTS, UNIFIED

Kind = Literal["Main", "Evaluate", "Log", "LogTestcase", "OutputTarget"]
Wanted = Literal["Auto", "Main", "Evaluate", "Log", "LogTestcase", "OutputTarget"]

MAX_SOURCE = 128 * 1024
"""Bytes; a function of one sample is a page or two."""

KEYWORDS = (*UNIFIED, *(name for name in LEGACY if name not in TEXTS))
"""What a function of kind Evaluate may ask for beside its two texts; `**kw` takes them all."""

_PARAMETERS: dict[Kind, tuple[str, ...]] = {
    "Main": ("eval_inputs",),
    "Evaluate": ("llm_input", "llm_output"),
    "Log": ("log",),
    "LogTestcase": ("log", "testcase"),
    "OutputTarget": ("output", "target"),
}
_NAMES: dict[Kind, str] = {"Main": "main", "Evaluate": "evaluate"}
"""The kinds whose function has a fixed name."""
_FORMS = "main(eval_inputs), evaluate(llm_input, llm_output), f(log), f(log, testcase), f(output, target)"

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """The function, and how it is called."""

    kind: Kind
    function: str
    line: int
    keywords: tuple[str, ...] = ()
    """Of kind Evaluate: which of `KEYWORDS` it takes."""
    needs_target: bool = False
    """It cannot do without a target, so `arguments` must be TargetRequired."""


class EntryPointError(ValueError):
    """There is no function that could be called, or more than one; the message says what to do."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        """Take the sentence, and where in the source (from 1)."""
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class _Candidate(NamedTuple):
    kind: Kind
    function: _Function

    def __str__(self) -> str:
        return f"{self.function.name} (line {self.function.lineno}, as {self.kind})"


def find(source: str, wanted: Wanted = "Auto") -> EntryPoint:
    """The function that is called for each sample.

    Raises:
        EntryPointError: the code cannot be parsed, or no function, or more than one, could be meant.
    """
    functions = _functions(_parsed(source))
    if not functions:
        raise EntryPointError(f"the code defines no function at its top level; write one of {_FORMS}")
    again = Counter(function.name for function in functions)
    for function in functions:
        if again[function.name] > 1:
            lines = ", ".join(str(other.lineno) for other in functions if other.name == function.name)
            raise EntryPointError(
                f"{function.name} is defined {again[function.name]} times (lines {lines}); keep one",
                function.lineno,
                function.col_offset + 1,
            )
    found = _by_names(functions) if wanted == "Auto" else _of_kind(functions, wanted)
    return _entry(found)


def _parsed(source: str) -> ast.Module:
    size = len(source.encode("utf-8", "surrogatepass"))
    if size > MAX_SOURCE:
        raise EntryPointError(f"the code has {size:,} bytes; {MAX_SOURCE:,} are allowed")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in a text is its author's business
            return ast.parse(source)
    except SyntaxError as error:
        where = f"line {error.lineno}, column {error.offset}: " if error.lineno else ""
        raise EntryPointError(f"the code is no Python: {where}{error.msg}", error.lineno, error.offset) from None
    except (RecursionError, MemoryError):
        raise EntryPointError("the code is nested too deeply to be read; make it flatter") from None
    except (ValueError, OverflowError) as error:
        raise EntryPointError(f"the code is no Python: {error}") from None


def _functions(tree: ast.Module) -> list[_Function]:
    return [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _by_names(functions: Sequence[_Function]) -> _Candidate:
    found = [candidate for function in functions for candidate in _fitting(function)]
    if len(found) == 1:
        return found[0]
    if found:
        kinds = {candidate.kind for candidate in found}
        remedy = (
            "start the names of helpers with an underscore"
            if len(kinds) == 1
            else "set entrypoint to the kind that is meant, or start the names of helpers with an underscore"
        )
        raise EntryPointError(
            f"more than one function could be the evaluator: {', '.join(map(str, found))}; {remedy}",
            found[1].function.lineno,
            found[1].function.col_offset + 1,
        )
    seen = ", ".join(f"{_signature(function)} in line {function.lineno}" for function in functions[:5])
    raise EntryPointError(
        f"no function has the parameters of an evaluator: there is {seen}. Write one of {_FORMS}, or set entrypoint "
        "to the kind that is meant: then the names of parameters are free",
        functions[0].lineno,
        functions[0].col_offset + 1,
    )


def _fitting(function: _Function) -> Iterator[_Candidate]:
    if function.name.startswith("_"):
        return
    needed, taken = _positional(function)
    for kind, parameters in _PARAMETERS.items():
        if kind == "Main":
            fits = function.name == "main" and len(needed) <= 1 <= len(taken)
        elif kind == "Evaluate":
            fits = function.name == "evaluate" and tuple(taken[:2]) == parameters
        elif kind == "Log":
            fits = taken[:1] == ["log"] and len(needed) <= 1 and taken[1:2] != ["testcase"]
        else:
            fits = tuple(taken[:2]) == parameters and len(needed) <= len(parameters)
        if fits:
            yield _Candidate(kind, function)


def _of_kind(functions: Sequence[_Function], kind: Kind) -> _Candidate:
    parameters = _PARAMETERS[kind]
    form = f"{_NAMES.get(kind, 'f')}({', '.join(parameters)})"
    public = [function for function in functions if not function.name.startswith("_")]
    if kind in _NAMES:
        public = [function for function in public if function.name == _NAMES[kind]]
    fitting = [function for function in public if _callable_with(function, kind)]
    exact = [function for function in fitting if tuple(_positional(function)[0]) == parameters]
    chosen = exact if len(exact) == 1 else fitting
    if len(chosen) == 1:
        return _Candidate(kind, chosen[0])
    if chosen:
        lines = ", ".join(f"{function.name} in line {function.lineno}" for function in chosen)
        raise EntryPointError(
            f"entrypoint {kind} could be more than one function: {lines}; start the names of helpers with an "
            "underscore",
            chosen[1].lineno,
            chosen[1].col_offset + 1,
        )
    seen = ", ".join(f"{_signature(function)} in line {function.lineno}" for function in functions[:5])
    raise EntryPointError(f"entrypoint {kind} needs a function {form}; there is {seen}", functions[0].lineno)


def _callable_with(function: _Function, kind: Kind) -> bool:
    needed, taken = _positional(function)
    count = len(_PARAMETERS[kind])
    beyond = needed[count:]
    return (len(taken) >= count or function.args.vararg is not None) and (
        not beyond or (kind == "Evaluate" and all(name in KEYWORDS for name in beyond))
    )


def _positional(function: _Function) -> tuple[list[str], list[str]]:
    """The positional parameters without a default, and all of them."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return names[: len(names) - len(function.args.defaults)], names


def _entry(found: _Candidate) -> EntryPoint:
    kind, function = found
    given = len(_PARAMETERS[kind])
    needed, taken = _positional(function)
    only = dict(zip([argument.arg for argument in function.args.kwonlyargs], function.args.kw_defaults, strict=True))
    required = [*needed[given:], *(name for name, default in only.items() if default is None)]
    by_name = {argument.arg for argument in function.args.args} | set(only)
    allowed = [name for name in KEYWORDS if kind == "Evaluate" and name in by_name]
    if missing := [name for name in required if name not in allowed]:
        there = f"there are {', '.join(KEYWORDS)}" if kind == "Evaluate" else f"{kind} takes {given}"
        raise EntryPointError(
            f"{function.name} needs {missing[0]!r} (line {function.lineno}), which nobody gives; {there}; "
            "give it a default",
            function.lineno,
            function.col_offset + 1,
        )
    keywords = (
        KEYWORDS
        if kind == "Evaluate" and function.args.kwarg
        else tuple(name for name in allowed if name in (*taken[given:], *only))
    )
    wants_target = kind in ("LogTestcase", "OutputTarget") and len(needed) == given
    return EntryPoint(kind, function.name, function.lineno, keywords, wants_target)


def _signature(function: _Function) -> str:
    return f"{function.name}({', '.join(_positional(function)[1])})"
