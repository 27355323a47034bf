"""Files as lm-evaluation-harness and Inspect write them: what we make of the samples is what they say of them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from referee.imports.imported import ImportedRun
from referee.imports.reading import Tool, read
from referee.imports.results import write

_TASK = """
task: add
dataset_path: json
dataset_kwargs:
  data_files: {{test: {items}}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{q}}}}"
doc_to_target: "{{{{a}}}}"
generation_kwargs: {{until: ["Q:"], do_sample: false, max_gen_toks: 8}}
filter_list:
  - name: first
    filter:
      - {{function: take_first}}
  - name: digits
    filter:
      - {{function: regex, regex_pattern: "([0-9]+)"}}
      - {{function: take_first}}
metric_list:
  - {{metric: exact_match, aggregation: mean, higher_is_better: true}}
"""


def _imported(tool: Tool, path: Path, root: Path) -> tuple[ImportedRun, dict[str, dict[str, float]]]:
    (run,) = read(tool, path)
    result = json.loads((write(run, root) / "0-1" / "result.json").read_text())
    means: dict[str, dict[str, float]] = {
        e["name"]: next((m for m in e["measures"] if m["measure"] == "Mean"), {}) for e in result["evaluators"]
    }
    return run, means


def test_lm_eval(tmp_path: Path) -> None:
    items = [{"q": f"{i} + {i + 1} =", "a": "lol" if i % 3 == 0 else str(i)} for i in range(9)]
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    (tmp_path / "add.yaml").write_text(_TASK.format(items=tmp_path / "items.jsonl"))
    command: list[str | Path] = [Path(sys.executable).with_name("lm_eval"), "run", "--model", "dummy", "--tasks", "add"]
    paths: list[str | Path] = ["--include_path", tmp_path, "--output_path", tmp_path / "out", "--log_samples"]
    subprocess.run([*command, *paths], check=True, capture_output=True, cwd=tmp_path)

    run, means = _imported("lm-eval", tmp_path / "out", tmp_path / "results")
    (file,) = (tmp_path / "out").rglob("results_*.json")
    reported = json.loads(file.read_text())["results"]["add"]
    assert (len(run.samples), run.samples[0].output, run.samples[0].input) == (9, "lol", "0 + 1 =")
    for filter_ in ("first", "digits"):
        mean = means[f"exact_match:{filter_}"]
        assert mean["value"] == pytest.approx(reported[f"exact_match,{filter_}"])
        assert mean["stderr"] == pytest.approx(reported[f"exact_match_stderr,{filter_}"])
        assert mean["n"] == 9
    assert {figure["name"]: figure["n"] for figure in run.reported} == dict.fromkeys(
        ("exact_match,first", "exact_match,digits"), 9
    )


def test_inspect(tmp_path: Path) -> None:
    program = Path(__file__).with_name("inspect_run.py")
    subprocess.run([sys.executable, program, tmp_path / "logs"], check=True, capture_output=True, cwd=tmp_path)

    (file,) = (tmp_path / "logs").glob("*.json")
    run, means = _imported("inspect", file, tmp_path / "results")
    log = json.loads(file.read_text())
    for scorer in log["results"]["scores"]:
        metrics = scorer["metrics"]
        mean = means[scorer["name"]]
        assert mean["value"] == pytest.approx((metrics.get("accuracy") or metrics["mean"])["value"])
        assert mean["n"] == scorer["scored_samples"] == 3
        if "stderr" in metrics:
            assert mean["stderr"] == pytest.approx(metrics["stderr"]["value"])
    assert len(run.samples) == 6
    assert [e.name for e in run.evaluators if e.weight] == ["includes"]
    assert {(s.id, s.epoch) for s in run.samples} >= {("fr", 1), ("fr", 2)}
