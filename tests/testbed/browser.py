"""A real browser, asked by its DevTools protocol: what a page requests, prints to its console, and where things are.

Chromium, headless, with a profile of its own that goes with it and nothing that calls home. The protocol is JSON over a
WebSocket, which aiohttp speaks already; a driver from npm would bring a second browser's worth of files.
"""

import asyncio
import itertools
import json
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.testbed.requirements import program

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0"),
)
_PATIENCE = 60.0
"""Seconds for each step; a machine with two cores and many tests starts a browser in ten."""


@dataclass
class Page:
    """One page that is open."""

    ask: Callable[..., Any]
    requests: list[str] = field(default_factory=list)
    """Every address that was asked for, the page's own first."""
    console: list[str] = field(default_factory=list)
    """What was logged, by the page or about it."""

    async def value(self, expression: str) -> Any:
        """What an expression of JavaScript gives in the page."""
        found = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def box(self, selector: str) -> dict[str, float]:
        """Where the first such element is: left, top, width, height in pixels."""
        sides = "{left: b.left, top: b.top, width: b.width, height: b.height}"
        quoted = json.dumps(selector)
        found = await self.value(
            f"(() => {{const b = document.querySelector({quoted}).getBoundingClientRect(); return {sides}}})()"
        )
        assert isinstance(found, dict)
        return found


@dataclass
class Browser:
    """A browser that runs."""

    address: str

    @asynccontextmanager
    async def page(self, url: str, *, dark: bool = False) -> AsyncIterator[Page]:
        """Open a page and wait until all of it has loaded."""
        async with aiohttp.ClientSession() as session:
            async with session.put(f"{self.address}/json/new?about:blank") as answer:
                target = await answer.json()
            async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                connection = _Connection(socket)
                reading = asyncio.create_task(connection.read())
                page = connection.page
                try:
                    for domain in ("Runtime", "Log", "Network", "Page"):
                        await page.ask(f"{domain}.enable")
                    scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
                    await page.ask("Emulation.setEmulatedMedia", features=scheme)
                    await page.ask("Page.navigate", url=url)
                    await asyncio.wait_for(connection.loaded.wait(), _PATIENCE)
                    yield page
                finally:
                    reading.cancel()


class _Connection:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.loaded = asyncio.Event()
        self.page = Page(self._ask)

    async def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        found = await asyncio.wait_for(self._waiting[number], _PATIENCE)
        assert "error" not in found, f"{method}: {found['error']}"
        return dict(found["result"])

    async def read(self) -> None:
        """Take in what the browser says."""
        async for message in self._socket:
            said = json.loads(message.data)
            if "id" in said:
                self._waiting.pop(said["id"]).set_result(said)
                continue
            parameters = said["params"]
            match said["method"]:
                case "Page.loadEventFired":
                    self.loaded.set()
                case "Network.requestWillBeSent":
                    self.page.requests.append(parameters["request"]["url"])
                case "Runtime.consoleAPICalled":
                    self.page.console.append(json.dumps(parameters["args"]))
                case "Log.entryAdded":
                    self.page.console.append(parameters["entry"]["text"])
                case "Runtime.exceptionThrown":
                    self.page.console.append(json.dumps(parameters["exceptionDetails"]))


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """A browser with a fresh profile; it and all its processes end with the block."""
    with tempfile.TemporaryDirectory(prefix="referee-browser-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", "--", program("chromium"), *_FLAGS),
            f"--user-data-dir={profile}",
            "about:blank",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield Browser(f"http://127.0.0.1:{await _port(Path(profile, 'DevToolsActivePort'), process)}")
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _port(file: Path, process: asyncio.subprocess.Process) -> int:
    """The port that the browser chose; the file is there, whole, once it listens."""
    async with asyncio.timeout(_PATIENCE):
        while not (lines := _lines(file)):
            assert process.returncode is None, "the browser ended before it listened"
            await asyncio.sleep(0.05)
    return int(lines[0])


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []
