"""Templates: what they become, what is refused before the first call, what fails for one sample."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.core.evaluation.placeholders import JUDGE
from referee_adapter import SpecError
from referee_evaluators.templates.template import NotRendered, Template

VALUES: dict[str, Any] = {
    "input": {"country": "France", "items": [1, 2], "a b": "x", "none": None, "html": "<b> & 'c'"},
    "output": "Paris",
    "metadata": {"language": "fr", "tags": ["a", "b"], "scores": {"x": 1.5}},
    "target": None,
    "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yo"}],
    "metrics": {},
}


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("plain { } text", "plain { } text"),
        ("{{ output }}", "Paris"),
        ("{{output}}\n", "Paris\n"),
        ("Is {output} the capital of {input.country}?", "Is Paris the capital of France?"),
        ("{{ input.items }}", "[1, 2]"),
        ("{{ input.items[1] }} {{ input.items.0 }}", "2 1"),
        ("{{ input['a b'] }}", "x"),
        ("{{ input.html }}", "<b> & 'c'"),
        ("{{ input.html | tojson }}", "\"<b> & 'c'\""),
        ("{{ metadata }}", '{"language": "fr", "tags": ["a", "b"], "scores": {"x": 1.5}}'),
        ("{{ metadata.scores | tojson(indent=1) }}", '{\n "x": 1.5\n}'),
        ("[{{ target }}{{ input.none }}]", "[]"),
        ("{{ 1 == 1 }} {{ 0.1 + 0.2 }} {{ 7 // 2 }} {{ -1 * 2 }}", "true 0.30000000000000004 3 -2"),
        ("{% for m in messages %}{{ loop.index }}. {{ m.role }}: {{ m.content }}\n{% endfor %}", None),
        ("{% for key, value in metadata.scores | items %}{{ key }}={{ value }}{% endfor %}", "x=1.5"),
        ("{% for key, value in metadata.scores.items() %}{{ key }}={{ value }}{% endfor %}", "x=1.5"),
        ("{% if target %}expected {{ target }}{% else %}open{% endif %}", "open"),
        ("{{ input.city | default('unknown') }}", "unknown"),
        ("{% if input.city is defined %}{{ input.city }}{% else %}no city{% endif %}", "no city"),
        ("{{ metadata.tags | join(', ') | upper }}", "A, B"),
        ("{{ metadata.tags | length }}{# a comment #}", "2"),
        ("{% for i in range(3) %}{{ i }}{% endfor %}", "012"),
        ("{{ output ~ '!' }}", "Paris!"),
        ("{{ output | replace('a', 'o') | lower | trim }}", "poris"),
    ],
)
def test_what_a_template_becomes(text: str, becomes: str | None) -> None:
    expected = "1. user: Hi\n2. assistant: Yo\n" if becomes is None else becomes
    assert Template(text, JUDGE).render(VALUES) == expected


def test_what_the_data_says_is_never_a_template() -> None:
    assert Template("{{ output }}", JUDGE).render({"output": "{{ 7 * 7 }} {input}"}) == "{{ 7 * 7 }} {input}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ ouput }}", "unknown placeholder 'ouput'; did you mean 'output'?"),
        ("{{ (ouput | lower) ~ 'x' }}", "unknown placeholder 'ouput'"),
        ("{% if ouput %}x{% endif %}", "unknown placeholder 'ouput'"),
        ("{% for m in mesages %}{{ m }}{% endfor %}", "unknown placeholder 'mesages'; did you mean 'messages'?"),
        ("{{ country | default('x') }}", "unknown placeholder 'country'"),
        ("{output} {nobody}", "unknown placeholder 'nobody'"),
        ("{{ metrics.latncy }}", "did you mean 'metrics.latency'?"),
        ("{{ output", "template, line 1: unexpected end of template"),
        ("a\n{% if %}", "template, line 2:"),
        ("{{ output | shout }}", "template, line 1: No filter named 'shout'"),
        ("{{ output | indent2 }}", "No filter named 'indent2'"),
        ("{{ output is shouted }}", "No test named 'shouted'"),
        ("{% set x = 1 %}", "template, line 1: assign is not allowed in a prompt"),
        ("{% macro f() %}{{ f() }}{% endmacro %}", "macro is not allowed"),
        ("{% include '/etc/passwd' %}", "include is not allowed"),
        ("{% extends 'x' %}", "extends is not allowed"),
        ("{% import 'x' as y %}", "import is not allowed"),
        ("{{ 2 ** 1000000 }}", "pow is not allowed"),
        ("{{ cycler(1) }}", "unknown placeholder 'cycler'"),
        ("{{ namespace() }}", "unknown placeholder 'namespace'"),
        ("{{ lipsum() }}", "unknown placeholder 'lipsum'"),
        ("{{ self }}", "unknown placeholder 'self'"),
        ("{{ _rounds }}", "unknown placeholder '_rounds'"),
        ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "nested too deep"),
    ],
)
def test_what_is_refused_when_it_is_read(text: str, said: str) -> None:
    with pytest.raises(SpecError) as refused:
        Template(text, JUDGE)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ input.city }}", "no attribute 'city'"),
        ("{{ input.city.name }}", "no attribute 'city'"),
        ("{{ input['city'] }}", "no attribute 'city'"),
        ("{{ target.answer }}", "answer"),
        ("{{ messages[7] }}", "no element 7"),
        ("{{ output.__class__ }}", "__class__"),
        ("{{ output['__class__'] }}", "__class__"),
        ("{{ input.__class__ }}", "__class__"),
        ("{{ ().__class__.__base__ }}", "__class__"),
        ("{{ output.format(1) }}", "format"),
        ("{{ input.update({1: 2}) }}", "update"),
        ("{{ input.items.append(3) }}", "append"),
        ("{{ input.get.__self__ }}", "__self__"),
        ("{% for m in messages %}{{ loop.__class__ }}{% endfor %}", "__class__"),
        ("{{ messages | map(attribute='__class__') | list }}", "__class__"),
        ("{{ output * 1000000000 }}", "* is for numbers alone"),
        ("{{ '%1000000000d' % 1 }}", "% is for numbers alone"),
        ("{{ [0] * 1000000000 }}", "* is for numbers alone"),
        ("{{ range(100000000) }}", "a range of 100000000; at most 1000 are allowed"),
        ("{% for i in range(1000) %}{% for j in range(1000) %}{% endfor %}{% endfor %}", "rounds of loops"),
        ("{% for i in range(999) %}{{ output | replace('', input.html * 1) }}{% endfor %}", "* is for numbers alone"),
        ("{{ output | replace('', big) }}", "a text of more than 4000000 characters"),
        ("{{ [big, big, big, big, big] | join }}", "a text of more than 4000000 characters"),
        ("{{ big }}{{ big }}{{ big }}{{ big }}{{ big }}", "the text is longer than 4000000 characters"),
        ("{{ big | indent(100000000) }}", "a text of more than"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ 1 + output }}", "TypeError"),
        ("{{ metadata | tojson(indent=1000000000) }}", "tojson indents by at most 8"),
    ],
)
def test_what_fails_for_one_sample(text: str, said: str) -> None:
    values = {**VALUES, "big": "x\n" * 500_000}
    with pytest.raises(NotRendered) as lost:
        Template(text, (*JUDGE, "big")).render(values)
    assert said in str(lost.value)
    assert VALUES["input"]["items"] == [1, 2]


def test_what_must_be_in_the_data() -> None:
    text = (
        "{{ input.country }} {{ input['a b'] }} {{ metadata.scores.x }} {{ input.items.0 }}"
        "{{ input.city | default('-') }}{% if input.river is defined %}{{ input.river }}{% endif %}"
        "{% for m in messages %}{{ m.role }}{% endfor %}{{ metadata.items() }}"
    )
    assert set(Template(text, JUDGE).paths) == {"input.country", "input.a b", "metadata.scores.x", "messages"}


@given(st.text(max_size=80))
def test_any_output_stands_as_it_is(output: str) -> None:
    assert Template("<{{ output }}>{output}", JUDGE).render({"output": output}) == f"<{output}>{{output}}"


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_template_is_filled_or_refused(text: str, output: str) -> None:
    try:
        Template("{{ output }}" + text, JUDGE).render({**VALUES, "output": output})
    except (SpecError, NotRendered) as error:
        assert str(error)  # noqa: PT017
