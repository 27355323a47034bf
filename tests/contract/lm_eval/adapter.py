"""Running the adapter as its pod does, in a child process: the harness warns a lot, and warnings are errors here."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.contract.lm_eval.stub import DEADLINE, Stub

Json = dict[str, Any]
KEY = "sk-9876543210"
NO_RETRY = {"maxRetries": 0}


@dataclass
class Bench:
    """A laptop's directory for one run, with its test data."""

    base: Path
    stub: Stub
    files: dict[str, str] = field(default_factory=dict)

    def start(self, task: str, *, api: str = "Chat", key: str | None = None, **spec: Any) -> "Running":
        """Start the adapter; `spec` goes over the job spec's own fields, `referee` over that part's."""
        own = {"model": {"api": api, "timeoutSeconds": 20}, "execution": {"batchSize": 4, "retry": NO_RETRY}}
        own |= spec.pop("referee", {})
        model = {"url": self.stub.url, "name": "m"}
        if key:
            secret = self.base / "secret"
            secret.mkdir(parents=True)
            (secret / "api-key").write_text(key)
            model["auth"] = {"secret_ref": secret.as_uri()}  # type: ignore[assignment]
        document: Json = {
            "id": "job",
            "provider_id": "lm_evaluation_harness",
            "benchmark_id": "custom",
            "benchmark_index": 0,
            "model": model,
            "parameters": {"task": task} | spec.pop("parameters", {}),
            "callback_url": "",
            "referee": own,
        } | spec
        for name, content in {**self.files, "../meta/job.json": json.dumps(document)}.items():
            path = self.base / "test_data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            (self.base / "meta").mkdir(exist_ok=True)
            path.write_text(content)
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.base),
            "EVALHUB_JOB_SPEC_PATH": str(self.base / "meta/job.json"),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "referee_lm_eval"],
            env=environ,
            cwd=self.base,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Running(self.base, process)

    def run(self, task: str, **spec: Any) -> "Outcome":
        return self.start(task, **spec).outcome()


@dataclass
class Running:
    base: Path
    process: "subprocess.Popen[str]"

    def outcome(self) -> "Outcome":
        output, _ = self.process.communicate(timeout=DEADLINE)
        return Outcome(self.base, self.process.returncode, output)


@dataclass
class Outcome:
    base: Path
    code: int
    output: str

    @property
    def result(self) -> Json:
        path = self.base / "termination-log"
        assert path.is_file(), self.output
        document: Json = json.loads(path.read_text())
        return document

    @property
    def metrics(self) -> dict[str, Json]:
        assert self.result["status"] == "Completed", self.output
        return {metric["name"]: metric for metric in self.result["metrics"]}

    @property
    def records(self) -> list[Json]:
        return [json.loads(line) for line in (self.base / "data/samples.jsonl").read_text().splitlines()]

    def everything_written(self) -> str:
        """Output and all files that the run left, but for what it was given."""
        given = (self.base / "meta", self.base / "test_data", self.base / "secret")
        files = [p for p in self.base.rglob("*") if p.is_file() and not any(g in p.parents for g in given)]
        return self.output + "".join(path.read_text(errors="replace") for path in files)
