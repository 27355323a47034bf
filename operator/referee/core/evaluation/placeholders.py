"""The names that a template may use, and what other systems call the same things.

Pure lists and a scan, without a template engine: the operator looks here when a job is resolved, the built-in adapter
asks its engine and compares with the same lists before the first call. So a typing error costs no call.

Two kinds of templates exist. What the model is asked knows the datapoint alone, with the keys of its input as names of
their own (`{{ country }}`). What a judge is asked knows the sample. The target is not known to the first kind: a prompt
that shows the expected answer measures nothing, and where an answer is really part of the question it is in the input.

A template from older systems with single braces (`{input}`) is told from text with braces (JSON in a rubric) by this:
it has no mark of the template engine, and at least one name in single braces is a name that we know.
"""

import difflib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

UNIFIED = ("input", "output", "target", "messages", "metadata", "metrics")
"""What every evaluator is given of a sample."""

LEGACY = {
    "llm_input": "input",
    "llm_output": "output",
    "expected_output": "target",
    "ideal_output": "target",
    "expected": "target",
    "inputs": "input",
}
"""Older names, and which of ours they mean."""

TEXTS = frozenset({"llm_input", "llm_output"})
"""Of the older names those that are always text, whatever the value is."""

METRICS = (
    "latency",
    "cost",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "total_request_tokens",
    "total_response_tokens",
)
"""What `metrics` may have; a figure that nobody measured is absent."""

JUDGE = (*UNIFIED, *LEGACY, "id", "log", "testcase")
"""Known to what a judge is asked."""

PROMPT = ("input", "messages", "metadata", "id", "inputs", "llm_input")
"""Known to what the model is asked, beside the keys of the datapoint's input."""

_NEAR = 0.7
_SINGLE = re.compile(r"(?<![{$])\{([A-Za-z_]\w*(?:\.\w+)*)\}(?!\})")
_CONSTANTS = ("true", "false", "none")
_PATH = re.compile(r"\{\{-?\s*([A-Za-z_]\w*(?:\.\w+)*)\s*(?:\|[^{}]*)?-?\}\}")
"""No brace in what follows the name: each try ends where the next begins, so a long template is read once."""


def modern(template: str, known: Collection[str]) -> str:
    """The template with double braces, where it is one of the kind with single ones."""
    if "{{" in template or "{%" in template:
        return template
    names = {found.partition(".")[0] for found in _SINGLE.findall(template)}
    if not any(name in known for name in names):
        return template
    return _SINGLE.sub(r"{{ \1 }}", template)


def scanned(template: str, known: Collection[str]) -> list[str]:
    """The plain dotted names of a template, in their order; what is more than a name is not looked into."""
    paths = dict.fromkeys(_PATH.findall(modern(_without_comments(template), known)))
    return [path for path in paths if path.lower() not in _CONSTANTS]


def _without_comments(template: str) -> str:
    """Without `{# … #}`; one that is never closed stays. A pattern would look for the end of each of them anew."""
    kept, at = [], 0
    while (start := template.find("{#", at)) >= 0 and (end := template.find("#}", start + 2)) >= 0:
        kept.append(template[at:start])
        at = end + 2
    return "".join((*kept, template[at:]))


def unknown(paths: Iterable[str], known: Collection[str]) -> str | None:
    """The first of the dotted names that nothing will be put in place of; None if there is none."""
    for path in paths:
        root, _, rest = path.partition(".")
        if root not in known:
            return path
        if root == "metrics" and rest and rest.partition(".")[0] not in METRICS:
            return path
    return None


def refusal(path: str, known: Collection[str]) -> str:
    """The sentence about an unknown one: its name, what was probably meant, what there is."""
    root = path.partition(".")[0]
    if root == "target" and root not in known:
        return (
            "placeholder 'target': the model is not shown the expected answer; what belongs to the question is in input"
        )
    there, asked = list(known), path if any("." in name for name in known) else root
    if root in known:
        there, asked = [f"{root}.{name}" for name in METRICS], path
    near = difflib.get_close_matches(asked, there, n=1, cutoff=_NEAR)
    meant = f"; did you mean {near[0]!r}?" if near else ";"
    return f"unknown placeholder {path!r}{meant} known are {', '.join(sorted(there))}"


def both_ways(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """One evaluator's inputs with the older names beside ours: what came under either is there under both."""
    known = dict(inputs)
    for older, ours in LEGACY.items():
        if ours not in known and older in inputs:
            known[ours] = inputs[older]
    for older, ours in LEGACY.items():
        if older not in known and ours in known:
            known[older] = as_text(known[ours]) if older in TEXTS else known[ours]
    return known


def as_text(value: object) -> str:
    """A value as it stands in a prompt: text as it is, nothing for null, anything else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)
