"""Our own adapters keep what we ask of others."""

import json
import shutil
import sys
from pathlib import Path

from referee.conformance.check import check
from referee.conformance.engines import AsProcess
from referee.conformance.trial import Subject
from tests.testbed.cluster import ROOT

ITEMS = [{"question": f"{n} and {n}", "options": f"A. {2 * n}\nB. {n}\nC. 0\nD. 1", "letter": "A"} for n in range(2, 8)]


def test_the_lm_evaluation_harness_keeps_every_rule(tmp_path: Path) -> None:
    shutil.copy(ROOT / "examples/tasks/openbookqa_generate.yaml", tmp_path)
    (tmp_path / "openbookqa.jsonl").write_text("".join(json.dumps(item) + "\n" for item in ITEMS))
    subject = Subject(
        benchmark="custom",
        provider="lm_evaluation_harness",
        parameters={"task": "openbookqa_generate"},
        primary="exact_match",
        test_data=tmp_path,
    )
    report = check(lambda: AsProcess([sys.executable, "-m", "referee_lm_eval"]), "referee-v1", subject)
    assert {f.rule.id: f.verdict.evidence for f in report.findings if f.verdict.outcome != "Kept"} == {}
