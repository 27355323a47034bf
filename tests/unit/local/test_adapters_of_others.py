"""Adapters made with the published SDK as processes of `referee run`: no agent, no cluster, the same ends."""

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from referee.local.run import LocalRun
from tests.unit.local.world import ROOT, Document, Ran, a_job, a_provider, keyed, run

SCRIPTS = ROOT / "tests" / "e2e" / "adapters_of_others"
DATA = b'{"question": "?"}\n'


def provider(kind: str) -> Document:
    return a_provider(contract="evalhub-v1", localCommand=["python", str(SCRIPTS / f"{kind}.py")], env=[])


async def one(directory: Path, kind: str, parameters: Document, *more: Document, **spec: Any) -> Ran:
    every = {"parameters": parameters, **spec.pop("every", {})}
    return await run(directory, [provider(kind), a_job([], every=every, backoffLimit=0, **spec), *more])


async def test_one_that_behaves_completes_with_the_models_key(tmp_path: Path) -> None:
    secret = keyed("Secret", "llm-key", stringData={"api-key": "sk-1"})

    ran = await one(tmp_path, "behaving", {}, secret, model={"auth": {"secretRef": {"name": "llm-key"}}})

    found = ran.benchmark()
    assert (found.phase, found.reason) == ("Completed", None)
    assert found.primary is not None
    assert found.primary.value == 0.75
    assert json.loads(ran.file("0-1", "log.txt").read_text().splitlines()[-1])["model_key"] == "sk-1"


@pytest.mark.parametrize(
    ("kind", "parameters", "reason", "said"),
    [
        ("crashing", {"at": "before construction"}, "AdapterFailed", "RuntimeError: crashed at before construction"),
        ("crashing", {"at": "loading_data"}, "AdapterFailed", "RuntimeError: crashed at loading_data"),
        ("crashing", {"at": "silence"}, "ResultsMissing", "eval-hub-sdk only logs"),
        ("crashing", {"at": "after posting"}, None, ""),
        ("crashing", {"at": "killed after posting"}, None, ""),
        ("garbage", {"what": "NaN"}, "ResultsMissing", "NaN"),
        ("garbage", {"what": "texts"}, "NoMetrics", ""),
        ("garbage", {"what": "twice"}, None, ""),
    ],
    ids=lambda value: next(iter(value.values())) if isinstance(value, dict) else "",
)
async def test_each_end_is_a_result_or_a_reason(
    tmp_path: Path, kind: str, parameters: Document, reason: str | None, said: str
) -> None:
    ran = await one(tmp_path, kind, parameters)

    found = ran.benchmark()
    assert (found.phase, found.reason) == ("Failed" if reason else "Completed", reason)
    assert said in (found.message or "")


async def test_an_experiment_needs_an_mlflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)

    ran = await one(tmp_path, "behaving", {}, exports={"mlflow": {"experimentName": "nightly"}})

    (stalled,) = [c for c in ran.job.status.conditions if c.type == "Stalled"]
    assert stalled.reason == "MLflowNotConfigured"
    assert "MLFLOW_TRACKING_URI" in stalled.message


@pytest.fixture
def web() -> Iterator[str]:
    """A server on loopback with one file, for whoever knows the token; another path is never answered."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/slow":
                ended.wait()
            known = self.path == "/questions.jsonl"
            self.send_response(200 if known else 404)
            self.send_header("Content-Length", str(len(DATA) if known else 0))
            self.end_headers()
            if known:
                self.wfile.write(DATA)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    ended = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        ended.set()
        server.shutdown()
        thread.join()


async def test_test_data_is_fetched_before_the_adapter_starts(tmp_path: Path, web: str) -> None:
    data = {"testData": {"http": {"url": f"{web}/questions.jsonl", "sha256": hashlib.sha256(DATA).hexdigest()}}}

    ran = await one(tmp_path, "crashing", {"at": "after posting"}, every=data)

    assert ran.benchmark().phase == "Completed"
    assert ran.benchmark().test_data_revision
    assert ran.file("0-1", "test_data/questions.jsonl").read_bytes() == DATA


async def test_what_is_not_there_fails_the_benchmark_and_the_adapter_never_starts(tmp_path: Path, web: str) -> None:
    ran = await one(
        tmp_path, "behaving", {}, every={"testData": {"http": {"url": f"{web}/nothing"}}, "provider": "stand-in"}
    )

    assert (ran.benchmark().phase, ran.benchmark().reason) == ("Failed", "TestDataNotFound")
    assert not ran.file("0-1", "meta/job.json").exists()


async def test_a_run_is_cancelled_while_its_data_is_fetched(tmp_path: Path, web: str) -> None:
    def cancel(running: LocalRun) -> None:
        if not running.job.spec.cancel:
            running.cancel()

    every = {"parameters": {}, "testData": {"http": {"url": f"{web}/slow"}}}
    ran = await run(tmp_path, [provider("behaving"), a_job([], every=every)], watch=cancel)

    assert ran.benchmark().phase == "Cancelled"
    assert ran.benchmark().start_time is None


async def test_what_fetches_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("referee.local.launch._NEEDED", {"git": "no_such_module"})

    ran = await one(tmp_path, "behaving", {}, every={"testData": {"git": {"url": "https://git.example/x", "ref": "m"}}})

    (stalled,) = [c for c in ran.job.status.conditions if c.type == "Stalled"]
    assert stalled.reason == "TestDataFailed"
    assert "pip install 'referee[agent]'" in stalled.message
