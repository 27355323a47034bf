"""The function of an evaluator's code is found in its text, or refused with the line and what to do."""

import ast
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referee.core.evaluation.entrypoint import KEYWORDS, MAX_SOURCE, EntryPoint, EntryPointError, Wanted, find

MAIN = "def main(eval_inputs):\n    return 1\n"
EVALUATE = "def evaluate(llm_input, llm_output, **kwargs):\n    return 1\n"
LOG = "def check(log):\n    return 1\n"
LOG_TESTCASE = "def check(log, testcase):\n    return 1\n"
OUTPUT_TARGET = "def check(output, target):\n    return 1\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(MAIN, EntryPoint("Main", "main", 1), id="main of inputs"),
        pytest.param("import re\n\ndef main(inputs): ...", EntryPoint("Main", "main", 3), id="main by its name"),
        pytest.param(EVALUATE, EntryPoint("Evaluate", "evaluate", 1, KEYWORDS), id="evaluate with everything"),
        pytest.param(
            "def evaluate(llm_input, llm_output): ...",
            EntryPoint("Evaluate", "evaluate", 1),
            id="evaluate of two texts",
        ),
        pytest.param(
            "def evaluate(llm_input, llm_output, ideal_output, k=3, *, metadata=None): ...",
            EntryPoint("Evaluate", "evaluate", 1, ("metadata", "ideal_output")),
            id="evaluate with what it names",
        ),
        pytest.param(LOG, EntryPoint("Log", "check", 1), id="log"),
        pytest.param(LOG_TESTCASE, EntryPoint("LogTestcase", "check", 1, needs_target=True), id="log and testcase"),
        pytest.param(
            "def f(log, testcase=None): ...", EntryPoint("LogTestcase", "f", 1), id="testcase where there is one"
        ),
        pytest.param(OUTPUT_TARGET, EntryPoint("OutputTarget", "check", 1, needs_target=True), id="output and target"),
        pytest.param(
            "async def f(output, target): ...",
            EntryPoint("OutputTarget", "f", 1, needs_target=True),
            id="an async function",
        ),
        pytest.param(
            f"def words(text): ...\n\ndef _f(output, target): ...\n\n{LOG}", EntryPoint("Log", "check", 5), id="helpers"
        ),
        pytest.param("def f(log, limit=3, *, strict=True): ...", EntryPoint("Log", "f", 1), id="own defaults"),
        pytest.param("def f(log):\n    return '\\d'", EntryPoint("Log", "f", 1), id="an odd escape"),
    ],
)
def test_auto_goes_by_the_names(source: str, expected: EntryPoint) -> None:
    assert find(source) == expected


@pytest.mark.parametrize(
    ("source", "wanted", "expected"),
    [
        ("def f(answer, truth): ...", "OutputTarget", EntryPoint("OutputTarget", "f", 1, needs_target=True)),
        ("def f(record): ...", "Log", EntryPoint("Log", "f", 1)),
        ("def main(log): ...", "Log", EntryPoint("Log", "main", 1)),
        ("def main(log): ...", "Main", EntryPoint("Main", "main", 1)),
        ("def evaluate(a, b): ...", "Evaluate", EntryPoint("Evaluate", "evaluate", 1)),
        ("def evaluate(a, b): ...", "OutputTarget", EntryPoint("OutputTarget", "evaluate", 1, needs_target=True)),
        (
            "def helper(a, b): ...\ndef f(output, target): ...",
            "OutputTarget",
            EntryPoint("OutputTarget", "f", 2, needs_target=True),
        ),
        (LOG + EVALUATE, "Evaluate", EntryPoint("Evaluate", "evaluate", 3, KEYWORDS)),
    ],
)
def test_a_named_kind_settles_it(source: str, wanted: Wanted, expected: EntryPoint) -> None:
    assert find(source, wanted) == expected


@pytest.mark.parametrize(
    ("source", "wanted", "line", "message"),
    [
        (
            LOG + EVALUATE,
            "Auto",
            3,
            (
                "more than one function could be the evaluator: check (line 1, as Log), evaluate (line 3, as "
                "Evaluate); set "
                "entrypoint to the kind that is meant, or start the names of helpers with an underscore"
            ),
        ),
        (
            "def a(output, target): ...\ndef b(output, target): ...",
            "Auto",
            2,
            (
                "more than one function could be the evaluator: a (line 1, as OutputTarget), b (line 2, as "
                "OutputTarget); "
                "start the names of helpers with an underscore"
            ),
        ),
        (
            "def main(log): ...",
            "Auto",
            1,
            (
                "more than one function could be the evaluator: main (line 1, as Main), main (line 1, as Log); set "
                "entrypoint to the kind that is meant, or start the names of helpers with an underscore"
            ),
        ),
        (
            "\ndef score(answer, truth): ...",
            "Auto",
            2,
            (
                "no function has the parameters of an evaluator: there is score(answer, truth) in line 2. Write one of "
                "main(eval_inputs), evaluate(llm_input, llm_output), f(log), f(log, testcase), f(output, "
                "target), or set "
                "entrypoint to the kind that is meant: then the names of parameters are free"
            ),
        ),
        (
            "def a(x, y): ...\ndef b(x, y): ...",
            "OutputTarget",
            2,
            (
                "entrypoint OutputTarget could be more than one function: a in line 1, b in line 2; start the names of "
                "helpers with an underscore"
            ),
        ),
        ("def f(log): ...", "Main", 1, "entrypoint Main needs a function main(eval_inputs); there is f(log) in line 1"),
        ("def f(log): ...\n\ndef f(log): ...", "Auto", 1, "f is defined 2 times (lines 1, 3); keep one"),
        (
            "def evaluate(llm_input, llm_output, judge): ...",
            "Auto",
            1,
            (
                "evaluate needs 'judge' (line 1), which nobody gives; there are input, output, target, "
                "messages, metadata, "
                "metrics, expected_output, ideal_output, expected, inputs; give it a default"
            ),
        ),
        (
            "def f(log, *, strict): ...",
            "Auto",
            1,
            "f needs 'strict' (line 1), which nobody gives; Log takes 1; give it a default",
        ),
        (
            "x = 1",
            "Auto",
            None,
            (
                "the code defines no function at its top level; write one of main(eval_inputs), evaluate(llm_input, "
                "llm_output), f(log), f(log, testcase), f(output, target)"
            ),
        ),
        ("def f(log):\n  return (", "Auto", 2, "the code is no Python: line 2, column 10: '(' was never closed"),
        ("def f(log): ...\n\0", "Auto", None, "the code is no Python: source code string cannot contain null bytes"),
    ],
)
def test_what_is_not_clear_is_refused_with_the_line_and_the_remedy(
    source: str, wanted: Wanted, line: int | None, message: str
) -> None:
    with pytest.raises(EntryPointError) as refused:
        find(source, wanted)
    assert (refused.value.message, refused.value.line) == (message, line)


@pytest.mark.parametrize(
    "bomb",
    [
        "-" * 60_000 + "1",
        "a" + ".b" * 60_000,
        "f" + "()" * 60_000,
        "(" * 60_000,
        "not " * 30_000 + "1",
        "1" + "+1" * 60_000,
        "lambda:" * 18_000 + "1",
        "if 1:\n pass\n" + "elif 1:\n pass\n" * 8_000,
        "x = " + "9" * 100_000,
        "x" * (MAX_SOURCE + 1),
        "é" * (MAX_SOURCE // 2 + 1),
        "\ud800",
    ],
    ids=range(12),
)
def test_what_exhausts_the_parser_is_an_error_like_any_other(bomb: str) -> None:
    with pytest.raises(EntryPointError, match=r"nested too deeply|no Python|bytes; 131,072 are allowed"):
        find(bomb)


def test_code_is_never_compiled_which_would_write_each_nested_finally_out_again_and_again() -> None:
    depth = 50  # each level doubles it: 19 took 20 s and 1.5 GiB
    nested = "".join(f"{' ' * level}try: pass\n{' ' * level}finally:\n" for level in range(1, depth))
    assert find(f"def f(log):\n{nested}{' ' * depth}pass\n").function == "f"


def test_nothing_of_the_code_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("builtins.exec")
    assert find("import nowhere_to_be_found\nraise SystemExit\n" + LOG).line == 3


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), cut=st.integers(0, 40))
def test_any_text_is_found_or_refused(seed: int, cut: int) -> None:
    chosen = random.Random(seed)  # noqa: S311 - a test's
    parts = [
        MAIN,
        EVALUATE,
        LOG,
        LOG_TESTCASE,
        OUTPUT_TARGET,
        "x = [",
        "\\",
        '"""',
        "\t",
        "def ",
        "*",
        "lambda x: ",
        "ß",
    ]
    source = "".join(chosen.choice(parts) for _ in range(chosen.randint(0, 6)))[cut:]
    try:
        found = find(source)
    except EntryPointError:
        return
    names = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    assert found.function in names
