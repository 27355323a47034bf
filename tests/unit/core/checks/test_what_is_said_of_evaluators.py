"""What is said of an Evaluator by reading it, and never by running anything of it."""

from typing import Any

import pytest

from referee.api.conditions import Reason
from referee.api.evaluator import Evaluator
from referee.core.checks.standing import READY, Around, Standing, standing

NOTHING = Around(provider=lambda _: None, runs=lambda _: ())


def said(**spec: Any) -> Standing:
    return standing(Evaluator.model_validate({"metadata": {"name": "e"}, "spec": spec}), NOTHING)


def code(source: str, **spec: Any) -> dict[str, Any]:
    given = {"source": source, **({"entrypoint": spec.pop("entrypoint")} if "entrypoint" in spec else {})}
    return {"type": "Code", "code": given, **spec}


def schema(given: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Grader", "grader": {"jsonSchema": {"schema": given}}}


def judge(prompt: str) -> dict[str, Any]:
    return {"type": "LLM", "llm": {"prompt": prompt}}


def human(score: dict[str, Any] | None = None, **block: Any) -> dict[str, Any]:
    return {"type": "Human", "human": block, **({"score": score} if score else {})}


GOOD: dict[str, dict[str, Any]] = {
    "a grader": {"type": "Grader", "grader": {"stringCheck": {}}},
    "a pattern": {"type": "Grader", "grader": {"regex": {"pattern": "^(?P<year>[0-9]{4})$"}}},
    "a schema": {"type": "Grader", "grader": {"jsonSchema": {"schema": {"type": "object", "required": ["a"]}}}},
    "a pattern that Python warns of": {"type": "Grader", "grader": {"regex": {"pattern": "[[a]"}}},
    "a schema of an older draft, with a pattern and references inside it": schema(
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "definitions": {"year": {"type": "string", "pattern": "^[0-9]{4}$"}},
            "properties": {"year": {"$ref": "#/definitions/year"}},
        }
    ),
    "a schema of a draft that nobody knows": schema({"$schema": "urn:mine", "const": {"$ref": "http://x"}}),
    "a formula": {"type": "Composite", "composite": {"formula": "0.7 * exact + 0.3 * min(tone, 1)"}},
    "a rubric": {"type": "LLM", "llm": {"rubric": "Polite, and {brief}."}},
    "placeholders": judge("{{ input }} {{ metadata.language }} {{ llm_output }} {{ metrics.latency }}"),
    "older placeholders": judge("Q: {llm_input} A: {llm_output} JSON: {}"),
    "a loop, which has names of its own": judge("{% for m in messages %}{{ m.content }}{% endfor %}"),
    "people": {"type": "Human", "human": {}},
    "a median of people": human(aggregation="Median", minLabels=3),
    "a majority of people": human({"type": "Boolean"}, aggregation="Majority", minLabels=3, sample=0.1),
    "a mean of labels that count": human(
        {"type": "Categorical", "choices": [{"name": "a", "value": 0}, {"name": "b", "value": 1}]}, aggregation="Mean"
    ),
    "somebody else": {"type": "External"},
    "main": code("def main(eval_inputs):\n    return 1"),
    "a lambda's absence": code("import json\n\ndef score(output, target=None):\n    return output == target"),
    "a target": code("def f(output, target):\n    return 1", arguments="TargetRequired"),
}


@pytest.mark.parametrize("spec", GOOD.values(), ids=GOOD)
def test_it_can_be_used(spec: dict[str, Any]) -> None:
    found = said(**spec)
    assert found.claim == READY
    assert found.known["digest"].startswith("sha256:")


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a pattern": (
        {"type": "Grader", "grader": {"regex": {"pattern": "[a"}}},
        "spec.grader.regex.pattern: unterminated character set at position 0",
    ),
    "a schema": (
        {"type": "Grader", "grader": {"jsonSchema": {"schema": {"required": "a"}}}},
        "spec.grader.jsonSchema.schema.required: 'a' is not of type 'array'",
    ),
    "a schema that somebody else has": (
        schema({"properties": {"a": {"$ref": "https://example.com/a.json"}}}),
        "spec.grader.jsonSchema.schema: it refers to 'https://example.com/a.json', which is not in it",
    ),
    "a formula that is cut": ({"type": "Composite", "composite": {"formula": "exact +"}}, "spec.composite.formula: "),
    "a formula that reads files": (
        {"type": "Composite", "composite": {"formula": "open('/etc/passwd')"}},
        "spec.composite.formula: ",
    ),
    "a placeholder": (judge("{{ ouput }}"), "spec.llm.prompt: unknown placeholder 'ouput'; did you mean 'output'?"),
    "a figure that nobody measures": (
        judge("{{ metrics.latencies }}"),
        "spec.llm.prompt: unknown placeholder 'metrics.",
    ),
    "a second person for some": (human(overlap=0.2), "spec.human.overlap: labelling queues"),
    "a mean of yes and no": (
        human({"type": "Boolean"}, aggregation="Mean"),
        "spec.human.aggregation: Mean needs numbers, and the score is of type Boolean: set Majority",
    ),
    "a median of labels": (
        human({"type": "Categorical", "choices": [{"name": "a"}, {"name": "b"}]}, aggregation="Median"),
        "spec.human.aggregation: Median needs a value for every choice, and the score is of type Categorical",
    ),
    "a mean of comments among others": (
        {**human(aggregation="Mean"), "outputs": [{"key": "why", "score": {"type": "Comment"}}]},
        "spec.human.aggregation: Mean needs numbers, and the score is of type Comment",
    ),
    "code that does not parse": (code("def f(log:\n  return 1"), "spec.code.source line 1: "),
    "code without a function": (code("print(1)"), "spec.code.source: the code defines no function"),
    "two functions": (
        code("def f(log):\n    return 1\n\ndef g(log):\n    return 2"),
        "spec.code.source line 4: more than one function could be the evaluator",
    ),
    "an entry point that is not there": (
        code("def f(log):\n    return 1", entrypoint="Main"),
        "spec.code.source line 1: ",
    ),
    "code that exhausts the parser": (code("(" * 60_000), "spec.code.source"),
    "a target that may be missing": (
        code("def f(output, target):\n    return 1", arguments="TargetFree"),
        "spec.arguments: TargetFree, but f (code.source line 1) cannot do without a target",
    ),
}


@pytest.mark.parametrize(("spec", "message"), BAD.values(), ids=BAD)
def test_it_says_where_it_is_wrong(spec: dict[str, Any], message: str) -> None:
    found = said(**spec)
    assert (found.claim.status, found.claim.reason) == ("False", Reason.INVALID_EVALUATOR)
    assert found.claim.message.startswith(message)
    assert found.known == {}


def test_auto_says_what_it_came_to() -> None:
    source = "def f(log, testcase):\n    return 1"
    assert said(**code(source)).known["entrypoint"] == "LogTestcase"
    assert said(**GOOD["main"]).known["entrypoint"] == "Main"
    assert "entrypoint" not in said(**GOOD["a grader"]).known


def test_what_decides_its_scores_changes_the_digest_and_nothing_else_does() -> None:
    base = {"type": "Grader", "grader": {"stringCheck": {}}}
    digest = said(**base).known["digest"]
    assert said(**base, title="Exact", tags=["a"], score={"type": "Boolean"}).known["digest"] == digest
    assert said(type="Grader", grader={"stringCheck": {"ignoreCase": True}}).known["digest"] != digest
