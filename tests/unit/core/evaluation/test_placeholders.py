"""The names that templates may use: old and new, known and meant."""

import pytest

from referee.core.evaluation.placeholders import (
    JUDGE,
    PROMPT,
    as_text,
    both_ways,
    modern,
    refusal,
    scanned,
    unknown,
)


@pytest.mark.parametrize(
    ("template", "same_as"),
    [
        ("Judge {output}", "Judge {{ output }}"),
        ("{input} -> {llm_output} ({metadata.language})", "{{ input }} -> {{ llm_output }} ({{ metadata.language }})"),
        ("{output} and {nobody}", "{{ output }} and {{ nobody }}"),
        ("{{ output }} and {input}", "{{ output }} and {input}"),
        ("{% if output %}{input}{% endif %}", "{% if output %}{input}{% endif %}"),
        ('Answer as {"score": 1}', 'Answer as {"score": 1}'),
        ("Answer as {score}", "Answer as {score}"),
        ("set {a, b} of {output}", "set {a, b} of {{ output }}"),
        ("${output} is shell", "${output} is shell"),
        ("", ""),
    ],
)
def test_templates_with_single_braces(template: str, same_as: str) -> None:
    assert modern(template, JUDGE) == same_as


def test_a_plain_scan_finds_plain_names() -> None:
    template = (
        "{{ input.country }} {{output}} {{- metadata.a | upper }} {% for m in messages %}{{ m.role }}{% endfor %}"
    )
    assert scanned(template, JUDGE) == ["input.country", "output", "metadata.a", "m.role"]
    assert scanned("Is {output} right?", JUDGE) == ["output"]
    assert scanned("{# {{ nobody }} #}{{ true }}{{ none | default('x') }}{{ 'text' }}{{ 1 + 1 }}", JUDGE) == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("{# {{ a }} #}{{ input }}{# {# #}{{ output }}#}", ["input", "output"]),
        ("{{ input }}{# never closed {{ output }}", ["input", "output"]),
        ("{#}{{ input }}#}{{ output }}", ["output"]),
        ("{# one\n{{ id }}\n#}{{ input | default('{}') }}{{ output }}", ["output"]),
        ("{{ input | a{{ output }}", ["output"]),
    ],
)
def test_comments_and_filters(template: str, found: list[str]) -> None:
    assert scanned(template, JUDGE) == found


@pytest.mark.parametrize(
    "piece", ["{#", "{{a|", "{{ a |", "{{", "{a", "{a.", "{{a.", "{{ ", "{{a ", "{{-", "#}", "{{a|-", "{{a-", "{# {{a|"]
)
def test_a_long_template_is_read_once_and_not_once_for_each_of_its_beginnings(piece: str) -> None:
    # with a scan from each beginning to the end this takes an hour and not a moment
    assert scanned(piece * 400_000, JUDGE) == []
    assert modern(piece * 400_000, ("nobody",)) == piece * 400_000


@pytest.mark.parametrize(
    ("paths", "missing"),
    [
        (["input.country", "llm_output", "expected_output", "metrics.latency", "log.output"], None),
        (["output", "ouput"], "ouput"),
        (["metrics.latncy"], "metrics.latncy"),
        (["metrics"], None),
    ],
)
def test_what_nobody_fills(paths: list[str], missing: str | None) -> None:
    assert unknown(paths, JUDGE) == missing


@pytest.mark.parametrize(
    ("path", "known", "said"),
    [
        ("ouput", JUDGE, "unknown placeholder 'ouput'; did you mean 'output'? known are expected, expected_output,"),
        ("metrics.latncy", JUDGE, "did you mean 'metrics.latency'? known are metrics.completion_tokens,"),
        ("zzz", ("input", "id"), "unknown placeholder 'zzz'; known are id, input"),
        ("target", PROMPT, "the model is not shown the expected answer"),
    ],
)
def test_a_refusal_says_what_was_meant_and_what_there_is(path: str, known: tuple[str, ...], said: str) -> None:
    assert said in refusal(path, known)


def test_old_names_become_new_ones_and_back() -> None:
    old = both_ways({"llm_input": "Capital?", "llm_output": "Paris", "expected_output": "Paris"})
    assert (old["input"], old["output"], old["target"]) == ("Capital?", "Paris", "Paris")
    new = both_ways({"input": {"country": "France"}, "output": "Paris", "target": None})
    assert (new["llm_input"], new["llm_output"]) == ('{"country": "France"}', "Paris")
    assert (new["inputs"], new["expected_output"]) == ({"country": "France"}, None)


def test_what_was_given_under_both_names_stays_as_it_was_given() -> None:
    both = both_ways({"input": "new", "llm_input": "old", "output": ""})
    assert (both["input"], both["llm_input"], both["llm_output"]) == ("new", "old", "")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("é\n", "é\n"),
        (None, ""),
        ({"a": "é"}, '{"a": "é"}'),
        (True, "true"),
        (1.0, "1.0"),
        ([1], "[1]"),
        (-0.0, "-0.0"),
    ],
)
def test_values_as_they_stand_in_a_prompt(value: object, text: str) -> None:
    assert as_text(value) == text
