"""Task files and items that the tests run; small enough to be scored by hand."""

import json
from typing import Any

Json = dict[str, Any]


def lines(items: list[Json]) -> str:
    return "".join(json.dumps(item) + "\n" for item in items)


def sums(count: int, start: int = 0) -> list[Json]:
    """Items `q`, `a`: sums with their answers."""
    return [{"q": f"{i} + {i + 1} =", "a": str(2 * i + 1)} for i in range(start, start + count)]


def add(prompt: str) -> str:
    """What a model answers that can add, but for sums of 7, which it gets wrong, and with chatter around."""
    left, right = prompt.rsplit("\n", 1)[-1].removesuffix("=").split("+")
    total = int(left) + int(right)
    return f"I think {total if total % 7 else total + 1}."


GENERATE = """
task: {name}
dataset_path: json
dataset_kwargs:
  data_files: {{test: {file}}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{q}}}}"
doc_to_target: "{{{{a}}}}"
generation_kwargs: {{until: ["Q:"], do_sample: false, max_gen_toks: 8}}
filter_list:
  - name: number
    filter:
      - {{function: regex, regex_pattern: "(\\\\d+)"}}
      - {{function: take_first}}
metric_list:
  - {{metric: exact_match, aggregation: mean, higher_is_better: true}}
"""
VERBATIM = """  - name: verbatim
    filter:
      - {function: take_first}
"""

CHOICE = """
task: choice
dataset_path: json
dataset_kwargs:
  data_files: {test: choice.jsonl}
test_split: test
output_type: multiple_choice
doc_to_text: "{{q}}"
doc_to_target: gold
doc_to_choice: "{{choices}}"
metric_list:
  - {metric: acc, aggregation: mean, higher_is_better: true}
  - {metric: acc_norm, aggregation: mean, higher_is_better: true}
"""


def generate(name: str = "sums", file: str = "sums.jsonl", *, two_filters: bool = False) -> str:
    text = GENERATE.format(name=name, file=file)
    return text.replace("metric_list:", VERBATIM + "metric_list:") if two_filters else text
