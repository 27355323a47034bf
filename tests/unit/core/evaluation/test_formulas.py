"""Formulas: what they come to, what is refused and where."""

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.core.evaluation.formula import FormulaError, evaluation_order, parse


@pytest.mark.parametrize(
    ("formula", "names", "value"),
    [
        ("a", ("a",), 2),
        ("0.7 * a + 0.3 * min(b.c, 1)", ("a", "b.c"), 1.7),
        ("-a / 4", ("a",), -0.5),
        ("abs(-a) + +a", ("a",), 4),
        ("max(a, 3, 1e1)", ("a",), 10),
        ("a if b > 0.5 else 0", ("b", "a"), 2),
        ("a if not b else 0", ("b", "a"), 0),
        ("(a == 2) + (a != 2) + (a <= 2) + (a >= 2) + (a < 2)", ("a",), 3),
        ("1 < a < 3", ("a",), 1),
        ("1 < a < 2", ("a",), 0),
        ("a and b", ("a", "b"), 1),
        ("0 or a", ("a",), 1),
        ("a * True + False", ("a",), 2),
        ("'exact-match' * \"my tone\".kind", ("exact-match", "my tone.kind"), 4),
        ("\n a\n + b\n", ("a", "b"), 4),
        ("größe + 1", ("größe",), 3),
        ("a != 0 and 1 / a > 0.1", ("a",), 1),
    ],
)
def test_what_a_formula_comes_to(formula: str, names: tuple[str, ...], value: float) -> None:
    read = parse(formula)
    assert read.names == names
    assert read.value(dict.fromkeys(names, 2.0)) == pytest.approx(value)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("", "formula, column 1"),
        ("a +", "formula, column"),
        ("(a", "column 1 of '(a': '(' was never closed"),
        ("a)+(b", "column 2 of 'a)+(b': unmatched ')'"),
        ("2 * b ** 2", "column 5 of '2 * b ** 2': 'b ** 2' is not understood"),
        ("é + b % 2", "column 5 of 'é + b % 2': 'b % 2' is not understood"),
        ("a // b", "is not understood"),
        ("a @ b", "is not understood"),
        ("~a", "is not understood"),
        ("a is b", "is not understood"),
        ("a in b", "is not understood"),
        ("a[0]", "is not understood"),
        ("[a]", "is not understood"),
        ("a, b", "is not understood"),
        ("lambda: a", "is not understood"),
        ("f'{a}'", "is not understood"),
        ("(a := 1)", "is not understood"),
        ("pow(a, 2)", "is not understood"),
        ("a.b(1)", "is not understood"),
        ("min(*a, 1)", "is not understood"),
        ("min(a, 1, key=b)", "is not understood"),
        ("__import__('os').system('true')", "is not understood"),
        ("a + None", "is not understood"),
        ("a + 1j", "is not understood"),
        ("(1).real + a", "is not understood"),
        ("min(a)", "min takes two numbers or more"),
        ("min()", "min takes two numbers or more"),
        ("abs(a, b)", "abs takes one number"),
        ("1e999 * a", "a number that is too large"),
        (f"{10**400} * a", "a number that is too large"),
        ("1 + 1", "it names no evaluator"),
        ("a # of course", "column 3 of 'a # of course': comments are not read"),
        ("a" * 1025, "1025 characters, at most 1024 are read"),
        ("-" * 100 + "a", "nested more than 64 deep"),
        ("(" * 500 + "a" + ")" * 500, "too many nested parentheses"),
        ("a\0", "null bytes"),
    ],
)
def test_what_is_refused_and_where(formula: str, said: str) -> None:
    with pytest.raises(FormulaError) as refused:
        parse(formula)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("exact + nobody", "there is no evaluator 'nobody' before this one; there are exact, exact-match, tone.kind"),
        ("exact-match", "there is no evaluator 'match'; put 'exact-match' in quotes"),
        ("tone", "there is no evaluator 'tone'"),
    ],
)
def test_names_that_nobody_has_are_refused(formula: str, said: str) -> None:
    with pytest.raises(FormulaError) as refused:
        parse(formula, ["exact", "exact-match", "tone.kind"])
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("formula", "said"), [("1 / a", "division by zero"), ("1e200 / (a + 1e-200)", "the result is inf")]
)
def test_no_value_is_an_error(formula: str, said: str) -> None:
    with pytest.raises(FormulaError, match=said):
        parse(formula).value({"a": 0.0})


numbers = st.floats(0, 100, allow_nan=False).map(lambda number: f"{number!r}")
formulas = st.recursive(
    st.one_of(numbers, st.sampled_from(["a", "b"])),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.sampled_from(["<", "<=", "==", "!="]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        inner.map(lambda text: f"(not {text})"),
    ),
    max_leaves=12,
)


@given(formulas, st.floats(-5, 5), st.floats(-5, 5))
def test_arithmetic_is_pythons(formula: str, a: float, b: float) -> None:
    text = f"a - a + ({formula})"
    if len(text) > 1000:
        return
    scores: dict[str, Any] = {"a": a, "b": b}
    expected = eval(compile(ast.parse(text, mode="eval"), "", "eval"), {"min": min, "max": max}, scores)  # noqa: S307
    try:
        assert parse(text).value(scores) == pytest.approx(float(expected))
    except FormulaError as error:
        assert "the result is" in str(error)  # noqa: PT017


@given(st.text(max_size=80))
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    try:
        parse(text)
    except FormulaError as error:
        assert "formula" in str(error)  # noqa: PT017


def test_everything_comes_after_what_it_needs() -> None:
    assert evaluation_order({"a": ["b"], "b": ["c"], "c": ["outside"], "d": []}) == ["c", "b", "a", "d"]
    assert evaluation_order({"a": [], "b": []}) == ["a", "b"]


def test_a_circle_is_named() -> None:
    with pytest.raises(FormulaError, match="b -> c -> b"):
        evaluation_order({"a": ["b"], "b": ["c"], "c": ["b"]})
