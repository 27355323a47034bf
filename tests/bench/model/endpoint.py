"""A chat endpoint that costs next to nothing: what is measured against it is the client.

A process of its own: `python -m tests.bench.model.endpoint LATENCY_SECONDS [TEXT]` prints its port and serves until its
input ends. It answers every POST alike, with TEXT; GET answers with how many there were, and the seconds from the first
question to the last answer. Its HTTP is as much as clients of this bench send: keep-alive, Content-Length, no chunks.
"""

import asyncio
import json
import sys
from typing import cast

import uvloop


def _answer(text: str) -> bytes:
    document = {
        "id": "chatcmpl-0",
        "object": "chat.completion",
        "created": 0,
        "model": "stub",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 1, "total_tokens": 13},
    }
    return _response(json.dumps(document).encode())


def _response(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class _Count:
    """Of all connections."""

    served = 0
    first = 0.0
    last = 0.0


class _Connection(asyncio.Protocol):
    def __init__(self, latency: float, answer: bytes) -> None:
        self._latency = latency
        self._ready = answer
        self._buffer = b""
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is none by its class

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            self._buffer = self._buffer[end + 4 + length :]
            if head.startswith(b"get"):
                told = {"served": _Count.served, "seconds": _Count.last - _Count.first}
                self._transport.write(_response(json.dumps(told).encode()))
                continue
            _Count.first = _Count.first or self._loop.time()
            if self._latency:
                self._loop.call_later(self._latency, self._answer)
            else:
                self._answer()

    def _answer(self) -> None:
        _Count.served += 1
        _Count.last = self._loop.time()
        self._transport.write(self._ready)


async def _serve(latency: float, text: str) -> None:
    answer = _answer(text)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(latency, answer), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    uvloop.run(_serve(float(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "Paris"))
