"""Code evaluators in the adapter as a pod starts it: samples that the code spoils are unscored, the run completes."""

import os
from pathlib import Path
from typing import Any

from tests.unit.evaluators.keeping import Json, keeping
from tests.unit.evaluators.running import job, laid, ran, rows

SPOILING = """
import os

def check(output, target):
    number = int(output.split()[1])
    if number == 3:
        os._exit(0)
    if number == 4:
        return open("/var/run/secrets/kubernetes.io/serviceaccount/token").read()
    if number == 7:
        return "x" * (1 << 30)
    print("saw", output)
    return output == target
"""
SECRET = "a-key-of-the-adapters-environment"


def spoiling(**more: Any) -> Json:
    code = {"source": SPOILING}
    base = {"name": "check", "type": "Code", "arguments": "TargetRequired", "score": {"type": "Boolean"}, "code": code}
    return base | more


def recorded(evaluators: list[Json], **more: Any) -> Json:
    outputs = [{**row, "output": row["input"]} for row in rows(20)]
    return {"dataset": {"inline": outputs}, "generation": "Recorded", "evaluators": evaluators, **more}


async def test_what_the_code_spoils_is_unscored_and_the_rest_is_scored(tmp_path: Path) -> None:
    async with keeping() as keeper:
        document = job("", keeper.url, recorded([spoiling()], allowCode=True))

        assert await ran(laid(tmp_path, document), {"ADAPTERS_KEY": SECRET}) == 0

        (entry,) = keeper.result["evaluators"]
        assert entry["causes"] == {"evaluator": 3}
        assert entry["n"] == 17
        mean = entry["measures"][0]
        # of every fifth of 20 the target is another; three others are spoiled
        assert mean["value"] == 13 / 17
        scores = {score["sample_id"]: score for score in keeper.scores["run"]}
        assert scores["q5"]["explanation"] == "saw word 5\n"
        assert "exit status 0" in scores["q3"]["error"]
        assert "line 9, in check" in scores["q4"]["error"]
        assert "MemoryError: the code may use 256 MiB" in scores["q7"]["error"]


async def test_the_code_finds_nothing_of_the_adapters_environment(tmp_path: Path) -> None:
    source = "import os\ndef look(log):\n    return ' '.join(sorted(os.environ.values()))"
    looking = {"name": "look", "type": "Code", "score": {"type": "Comment"}, "weight": 0, "code": {"source": source}}
    async with keeping() as keeper:
        document = job("", keeper.url, recorded([looking, spoiling()], allowCode=True))

        assert await ran(laid(tmp_path, document), {"ADAPTERS_KEY": SECRET, "HOME": os.environ.get("HOME", "/")}) == 0

        seen = [score["label"] for score in keeper.scores["run"] if score["evaluator"] == "look"]
        assert len(seen) == 20
        assert not any(SECRET in label for label in seen)


async def test_without_both_keys_nothing_is_run(tmp_path: Path) -> None:
    async with keeping() as keeper:
        assert await ran(laid(tmp_path, job("", keeper.url, recorded([spoiling()])))) == 1
        assert keeper.result["reason"] == "CodeNotAllowed"
        assert keeper.result["retryable"] is False
        assert keeper.scores["run"] == []
