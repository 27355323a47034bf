"""Formulas over other evaluators' scores: `0.7 * exact + 0.3 * min(tone, 1)`.

Python's own grammar, of which only arithmetic, comparison, choice and three functions are taken: it is parsed by `ast`
and made into functions here, never compiled or evaluated by the interpreter, so that nothing but numbers can come of
it. No power and no remainder: the first makes numbers of any size from a short text, the second has no use between
scores.

A name is an evaluator's, or `name.key` where an evaluator gives several scores. One that is no word of Python's
(`exact-match`, `Tone of voice`) stands in quotes; without them a hyphen is a minus. Every name that a formula has is
needed, also in the branch that is not taken: else whether a sample counts would hang on its score.

`and`, `or`, `not` and comparisons are 1 or 0, never one of their operands as in Python: what comes out is a score.
"""

import ast
import itertools
import math
import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

LONGEST = 1024
"""Characters."""
_DEEPEST = 64
_WORDS = "+ - * /, comparisons, and or not, `a if b else c`, min(), max(), abs(), numbers and names of evaluators"

_Compute = Callable[[Mapping[str, float]], float]
_ARITHMETIC: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_SIGNS: Mapping[type[ast.unaryop], Callable[[float], float]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: lambda value: float(not value),
}
_FUNCTIONS: Mapping[str, Callable[..., float]] = {"min": min, "max": max, "abs": abs}


class FormulaError(ValueError):
    """A formula that cannot be used, or has no value; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that can be computed."""

    text: str
    names: tuple[str, ...]
    """Evaluators that it needs, in the order of their first mention."""
    _compute: _Compute

    def value(self, scores: Mapping[str, float]) -> float:
        """What it comes to.

        Args:
            scores: a number for each of `names`.

        Raises:
            FormulaError: a division by zero, or a result that is no finite number.
        """
        try:
            found = float(self._compute(scores))
        except ZeroDivisionError:
            raise FormulaError(f"{self.text}: division by zero") from None
        if not math.isfinite(found):
            raise FormulaError(f"{self.text}: the result is {found}")
        return found


def parse(text: str, known: Collection[str] | None = None) -> Formula:
    """Read a formula.

    Args:
        text: the formula.
        known: names of scores that exist; None: any name is taken.

    Raises:
        FormulaError: it is none, or a name is not known; the message has the column, counted from 1.
    """
    text = " ".join(text.splitlines()).strip()
    if len(text) > LONGEST:
        raise FormulaError(f"formula: {len(text)} characters, at most {LONGEST} are read")
    if "#" in text:
        # joined to one line, it would hide all that follows
        raise FormulaError(f"formula, column {text.index('#') + 1} of {text!r}: comments are not read")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        column = min(getattr(error, "offset", None) or 1, len(text) + 1)
        raise FormulaError(f"formula, column {column} of {text!r}: {_reason(error)}") from None
    reader = _Reader(text)
    compute = reader.read(tree)
    if not reader.names:
        raise FormulaError(f"formula {text!r}: it names no evaluator, so it is a constant")
    for name in reader.names:
        if known is not None and name not in known:
            raise FormulaError(_unknown(name, text, known))
    return Formula(text, tuple(reader.names), compute)


def evaluation_order(needs: Mapping[str, Collection[str]]) -> list[str]:
    """An order in which everything comes after what it needs; the given order wherever that is free.

    Raises:
        FormulaError: some need each other.
    """
    done: dict[str, None] = {}

    def visit(name: str, way: tuple[str, ...]) -> None:
        if name in way:
            raise FormulaError(f"formulas need each other: {' -> '.join((*way[way.index(name) :], name))}")
        for needed in needs[name] if name not in done else ():
            if needed in needs:
                visit(needed, (*way, name))
        done[name] = None

    for name in needs:
        visit(name, ())
    return list(done)


class _Reader:
    """Makes a function of each part of the tree, collects the names, refuses what is not listed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._depth = 0
        self.names: dict[str, None] = {}

    def read(self, node: ast.expr) -> _Compute:
        reader = _READERS.get(type(node))
        if reader is None:
            self._not_understood(node)
        if self._depth >= _DEEPEST:
            self._refuse(node, f"nested more than {_DEEPEST} deep")
        self._depth += 1
        compute = reader(self, node)
        self._depth -= 1
        return compute

    def constant(self, node: ast.Constant) -> _Compute:
        if isinstance(node.value, str):
            return self.name(node)
        if not isinstance(node.value, bool | int | float):
            self._not_understood(node)
        try:
            number = float(node.value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self._refuse(node, "a number that is too large")
        return lambda _: number

    def name(self, node: ast.expr) -> _Compute:
        name = self._dotted(node)
        self.names[name] = None
        return lambda scores: scores[name]

    def arithmetic(self, node: ast.BinOp) -> _Compute:
        apply = _ARITHMETIC.get(type(node.op)) or self._not_understood(node)
        left, right = self.read(node.left), self.read(node.right)
        return lambda scores: apply(left(scores), right(scores))

    def sign(self, node: ast.UnaryOp) -> _Compute:
        apply = _SIGNS.get(type(node.op)) or self._not_understood(node)
        operand = self.read(node.operand)
        return lambda scores: apply(operand(scores))

    def comparison(self, node: ast.Compare) -> _Compute:
        compares = [_COMPARISONS.get(type(op)) or self._not_understood(node) for op in node.ops]
        parts = [self.read(each) for each in (node.left, *node.comparators)]

        def compute(scores: Mapping[str, float]) -> float:
            pairs = itertools.pairwise([part(scores) for part in parts])
            return float(all(compare(*pair) for compare, pair in zip(compares, pairs, strict=True)))

        return compute

    def logic(self, node: ast.BoolOp) -> _Compute:
        parts = [self.read(each) for each in node.values]
        # the generators stop early, so that a condition can protect what stands behind it
        if isinstance(node.op, ast.And):
            return lambda scores: float(all(part(scores) for part in parts))
        return lambda scores: float(any(part(scores) for part in parts))

    def alternative(self, node: ast.IfExp) -> _Compute:
        test, body, orelse = self.read(node.test), self.read(node.body), self.read(node.orelse)
        return lambda scores: body(scores) if test(scores) else orelse(scores)

    def call(self, node: ast.Call) -> _Compute:
        function = node.func.id if isinstance(node.func, ast.Name) else ""
        apply = _FUNCTIONS.get(function)
        if apply is None or node.keywords:
            self._not_understood(node)
        arguments = [self.read(each) for each in node.args]
        if not arguments or (function == "abs") != (len(arguments) == 1):
            self._refuse(node, f"{function} takes {'one number' if function == 'abs' else 'two numbers or more'}")
        return lambda scores: apply(*(argument(scores) for argument in arguments))

    def _dotted(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name) | ast.Constant(value=str(name)):
                return name
            case ast.Attribute(value=inner, attr=key):
                return f"{self._dotted(inner)}.{key}"
        return self._not_understood(node)

    def _not_understood(self, node: ast.expr) -> NoReturn:
        self._refuse(node, f"{ast.unparse(node)!r} is not understood; there are {_WORDS}")

    def _refuse(self, node: ast.expr, why: str) -> NoReturn:
        # the parser counts bytes, people count characters
        column = len(self._text.encode()[: node.col_offset].decode()) + 1
        raise FormulaError(f"formula, column {column} of {self._text!r}: {why}")


_READERS: Mapping[type[ast.expr], Callable[[_Reader, Any], _Compute]] = {
    ast.Constant: _Reader.constant,
    ast.Name: _Reader.name,
    ast.Attribute: _Reader.name,
    ast.BinOp: _Reader.arithmetic,
    ast.UnaryOp: _Reader.sign,
    ast.Compare: _Reader.comparison,
    ast.BoolOp: _Reader.logic,
    ast.IfExp: _Reader.alternative,
    ast.Call: _Reader.call,
}


def _unknown(name: str, text: str, known: Collection[str]) -> str:
    there = ", ".join(sorted(known)) or "none"
    hyphened = next((other for other in sorted(known) if name in other and other in text), None)
    if hyphened is not None:
        return f"formula {text!r}: there is no evaluator {name!r}; put {hyphened!r} in quotes"
    return f"formula {text!r}: there is no evaluator {name!r} before this one; there are {there}"


def _reason(error: Exception) -> str:
    if isinstance(error, SyntaxError):
        return error.msg or "not a formula"
    return "nested too deep" if isinstance(error, RecursionError | MemoryError) else "not a formula"
