"""One run of the adapter in one scenario, from its files to its transcript."""

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from referee.conformance.engines import Engine
from referee.conformance.host import Host
from referee.conformance.scenarios import Scenario
from referee.conformance.transcript import Transcript
from referee.conformance.workplace import Workplace

_SECRET = "sk-conformance-6f1c0c3a9d"  # noqa: S105 - it opens nothing
_OUTPUT = 64 * 1024
"""Bytes of output that are kept: the end says why it ended."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked of the adapter under test; the same in every scenario."""

    benchmark: str = "conformance"
    provider: str = "conformance"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    primary: str | None = None
    """The metric that must be reported; None: any."""
    num_examples: int | None = 3
    model_url: str | None = None
    """A real model; None: the kit's own, which answers `4`."""
    api: str = "Chat"
    test_data: Path | None = None
    """A directory that stands at /test_data."""
    patience: float = 120
    """Seconds for one scenario."""
    slow: float = 3
    """Seconds that a slow host takes for each event; the eval-hub-sdk gives up after 10."""
    grace: float = 25
    """Seconds from SIGTERM until it is killed; a pod has 30 by default."""

    def job_spec(self, callback_url: str, model_url: str, secret_ref: str) -> dict[str, Any]:
        """The document, as a pod and as `referee run` would have it."""
        document: dict[str, Any] = {
            "id": "conformance-job",
            "provider_id": self.provider,
            "benchmark_id": self.benchmark,
            "benchmark_index": 0,
            "model": {"url": model_url, "name": "model", "auth": {"secret_ref": secret_ref}},
            "parameters": dict(self.parameters),
            "callback_url": callback_url,
            "tags": [],
            "referee": {"model": {"api": self.api}, "execution": {"batchSize": 2, "retry": {"maxRetries": 0}}},
        }
        if self.num_examples is not None:
            document["num_examples"] = self.num_examples
        if self.primary is not None:
            document["primary_score"] = {"metric": self.primary, "lower_is_better": False}
        return document


async def run(engine: Engine, subject: Subject, scenario: Scenario) -> Transcript:
    """Run the adapter once.

    Raises:
        EngineError: it cannot be started here.
    """
    moved = asyncio.Event()
    with tempfile.TemporaryDirectory(prefix="referee-check-", ignore_cleanup_errors=True) as directory:
        place = Workplace(Path(directory), subject.test_data.absolute() if subject.test_data else None)
        async with Host(scenario, subject.slow, moved.set) as host:
            own = subject.model_url is None or scenario.model != "answers"
            model_url = f"{host.url}/v1" if own else str(subject.model_url)
            secret_ref = engine.secret_ref.format(model=place.root / "model")
            document = subject.job_spec(host.url, model_url, secret_ref)
            place.lay_out(document, _SECRET, broken=scenario.broken_spec)
            output = place.root / "output.txt"
            with output.open("wb") as file:
                process = subprocess.Popen(  # noqa: ASYNC220, S603 - starting takes milliseconds, and is our task
                    engine.command(place),
                    env=engine.environment(place),
                    cwd=place.root,
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            try:
                host.start_clock()
                told = await _until_it_ends(process, engine, host, moved, scenario, subject)
                ended, seconds = process.returncode is not None, host.elapsed
            finally:
                # it, or what it left behind; also where somebody does not want to wait any longer
                engine.kill(process)
                process.wait()
            text = output.read_bytes()
            output.unlink()
            secret_in = tuple(place.holding(_SECRET))
            return Transcript(
                spec=document,
                secret=_SECRET,
                posts=tuple(host.posts),
                exit_code=process.returncode if ended else None,
                seconds=seconds,
                output=text[-_OUTPUT:].decode(errors="replace"),
                termination_message=place.termination_message(),
                files=secret_in,
                model_calls=host.model_calls,
                told_to_end_at=told,
            )


async def _until_it_ends(
    process: "subprocess.Popen[bytes]",
    engine: Engine,
    host: Host,
    moved: asyncio.Event,
    scenario: Scenario,
    subject: Subject,
) -> float | None:
    """Wait; where the scenario says so, tell it to end. Returns when it was told."""
    told: float | None = None
    patience = subject.patience
    ended = asyncio.create_task(_gone(process))
    try:
        if scenario.terminate:
            begun = asyncio.create_task(_begun(host, moved))
            await asyncio.wait({ended, begun}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            begun.cancel()
            if not ended.done():
                told = host.elapsed
                await asyncio.to_thread(engine.terminate, process)
                patience = subject.grace
        await asyncio.wait({ended}, timeout=patience)
    finally:
        ended.cancel()
    return told


async def _gone(process: "subprocess.Popen[bytes]") -> None:
    """The process ended; by its file descriptor, without a thread and without asking again and again."""
    descriptor, loop, ended = os.pidfd_open(process.pid), asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
        process.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def _begun(host: Host, moved: asyncio.Event) -> None:
    """It waits for the model; or, where it does not call one by then, it said that it runs."""
    while not host.model_calls:
        moved.clear()
        await moved.wait()
