"""The file of samples on its way: in parts, before the result, and never instead of it."""

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from referee_adapter import Context, Metric, Result, SampleCounts, run
from referee_adapter.events import EventPoster, Patience
from referee_adapter.paths import locate
from referee_adapter.run import Settings
from referee_adapter.samples import upload_samples
from referee_adapter.spec import read_spec
from tests.unit.adapter.receiver import job, write_job

QUICK = Settings(patience=Patience(first_delay=0.001, longest_delay=0.01), sample_patience=0.2)


@dataclass
class Gateway:
    """What came, in order, and what is answered to samples: the scripted statuses first."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    usual: int = 204
    came: list[tuple[str, bytes]] = field(default_factory=list)

    def take(self, path: str, body: bytes) -> int:
        what = path.rpartition("/")[2]
        self.came.append((what, body))
        return 204 if what == "events" else self.statuses.pop(0) if self.statuses else self.usual

    def samples(self) -> list[Any]:
        """Those of accepted parts and of repetitions."""
        return [json.loads(line) for what, body in self.came if what == "samples" for line in body.splitlines()]

    @property
    def order(self) -> list[str]:
        return [what for what, _ in self.came]


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """The frame takes the process's signals; a test's process wants them back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with serving() as gateway:
        yield gateway


@contextmanager
def serving() -> Iterator[Gateway]:
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            status = gateway.take(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    gateway.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join(20)


def evaluates(count: int, size: int = 10) -> Any:
    def evaluate(context: Context) -> Result:
        with context.samples() as samples:
            for number in range(count):
                samples.write({"id": number, "output": "x" * size})
        return Result.completed([Metric("acc", 0.5, n=10)], SampleCounts(total=10, scored=10))

    return evaluate


def run_here(tmp_path: Path, url: str, evaluate: Any) -> int:
    write_job(tmp_path, job(url))
    environ = {"EVALHUB_JOB_SPEC_PATH": str(tmp_path / "meta/job.json")}
    return run(evaluate, environ, QUICK)


def test_samples_are_there_before_the_result(gateway: Gateway, tmp_path: Path) -> None:
    assert run_here(tmp_path, gateway.url, evaluates(3)) == 0

    assert gateway.order == ["samples", "events"]
    assert [sample["id"] for sample in gateway.samples()] == [0, 1, 2]


def test_a_large_file_goes_in_parts(gateway: Gateway, tmp_path: Path) -> None:
    assert run_here(tmp_path, gateway.url, evaluates(5000, size=1000)) == 0

    parts = [len(body) for what, body in gateway.came if what == "samples"]
    assert len(parts) == 5
    assert max(parts) < 1_100_000
    assert [sample["id"] for sample in gateway.samples()] == list(range(5000))


def test_a_part_is_posted_until_it_is_acknowledged(gateway: Gateway, tmp_path: Path) -> None:
    gateway.statuses = [503, 500, 429]

    assert run_here(tmp_path, gateway.url, evaluates(3)) == 0

    assert gateway.order == ["samples"] * 4 + ["events"]


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (400, 1), (413, 1), (403, 1)])
def test_who_takes_no_samples_is_not_asked_again(gateway: Gateway, tmp_path: Path, status: int, tries: int) -> None:
    gateway.usual = status

    assert run_here(tmp_path, gateway.url, evaluates(3)) == 0

    assert gateway.order == ["samples"] * tries + ["events"]


def test_a_result_does_not_wait_for_ever_for_its_samples(gateway: Gateway, tmp_path: Path) -> None:
    gateway.usual = 503

    assert run_here(tmp_path, gateway.url, evaluates(3)) == 0

    assert gateway.order[-1] == "events"
    assert gateway.order.count("events") == 1


def test_without_samples_there_is_nothing_to_post(gateway: Gateway, tmp_path: Path) -> None:
    def evaluate(_context: Context) -> Result:
        return Result.completed([Metric("acc", 0.5, n=10)], SampleCounts(total=10, scored=10))

    assert run_here(tmp_path, gateway.url, evaluate) == 0
    assert gateway.order == ["events"]


def test_without_a_gateway_nothing_is_posted(tmp_path: Path) -> None:
    assert run_here(tmp_path, "", evaluates(3)) == 0


def test_a_line_that_was_being_written_is_left_out(gateway: Gateway, tmp_path: Path) -> None:
    file = tmp_path / "samples.jsonl"
    file.write_bytes(b'{"id": 1}\n{"id": 2}\n{"id"')

    with closing(poster(tmp_path, gateway.url)) as posting:
        upload_samples(file, posting, 1, lambda: False)

    assert gateway.samples() == [{"id": 1}, {"id": 2}]


def test_told_to_stop_it_leaves_the_rest(gateway: Gateway, tmp_path: Path) -> None:
    gateway.usual = 503
    file = tmp_path / "samples.jsonl"
    file.write_bytes(b'{"id": 1}\n')
    told = iter([False, True])

    with closing(poster(tmp_path, gateway.url)) as posting:
        upload_samples(file, posting, 60, lambda: next(told, True))

    assert gateway.order == ["samples"]


def poster(base: Path, url: str) -> EventPoster:
    paths = locate({"EVALHUB_JOB_SPEC_PATH": str(write_job(base, job(url)))})
    return EventPoster(read_spec(paths.spec), paths, QUICK.patience)
