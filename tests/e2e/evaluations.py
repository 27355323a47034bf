"""Jobs with an `evaluation:` block for the end-to-end tests, and what is compared of their outcomes."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.testbed.api_client import Json

PATIENCE = 240


def sums(count: int, name: str = "") -> list[Json]:
    """Datapoints whose every third target is wrong, each naming its job so that an endpoint can tell them apart."""
    return [
        {
            "id": f"s{number}",
            "input": f"{name}: {number} + 1 =",
            "target": str(number + 1 + (number % 3 == 0)),
            "metadata": {"parity": "even" if number % 2 == 0 else "odd"},
        }
        for number in range(count)
    ]


def answer(text: str) -> str:
    """The right answer to one of them."""
    return str(int(text.split(": ", 1)[1].split(" +", 1)[0]) + 1)


def an_evaluation(name: str, namespace: str, url: str, count: int, **block: Any) -> Json:
    """A job over such sums; what is given goes over its block, `spec` over its spec."""
    spec: Json = block.pop("spec", {})
    evaluation = {
        "dataset": {"inline": sums(count, name)},
        "evaluators": [
            {"name": "right", "type": "Grader", "grader": {"numeric": {}}, "passCriteria": {"threshold": 0.5}},
            {"name": "length", "type": "Grader", "grader": {"length": {}}},
        ],
        "slices": ["metadata.parity"],
        **block,
    }
    return {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": "EvaluationJob",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"model": {"url": url, "name": "stub"}, "evaluation": evaluation, **spec},
    }


def locally(manifests: list[Json], directory: Path, model_url: str, *options: str) -> Json:
    """The status after `referee run` of the same manifests."""
    file = directory / "manifests.yaml"
    file.write_text("\n---\n".join(map(json.dumps, manifests)))
    command = [str(Path(sys.executable).with_name("referee")), "run", str(file), "-o", "json", *options]
    if model_url:
        command += ["--model-url", model_url]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.stdout, done.stderr
    status: Json = json.loads(done.stdout)["status"]
    return status


def measured(status: Mapping[str, Any]) -> Json:
    """What was measured and decided; not when, by whom, or at what expense."""
    kept = ("score", "scoreStderr", "scoreCiLow", "scoreCiHigh", "verdict", "evaluators", "comparison")
    return {name: status.get(name) for name in kept}


def adapter_process(pod_uid: str) -> int:
    """The adapter's process, as this machine sees it."""
    wanted = pod_uid.replace("-", "_")
    for directory in Path("/proc").iterdir():
        if not directory.name.isdigit():
            continue
        try:
            mine = wanted in (directory / "cgroup").read_text().replace("-", "_")
            if mine and b"referee_evaluators" in (directory / "cmdline").read_bytes():
                return int(directory.name)
        except OSError:
            continue
    raise AssertionError(f"no adapter's process in pod {pod_uid}")
