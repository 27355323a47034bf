"""It takes an answer for whole when it is, sends every request once, and measures nothing but the answer it expects."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bench.load import Target, UnexpectedAnswerError, answer_in, load

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n3\r\n678\r\n0\r\n\r\n"
EMPTY = b"HTTP/1.1 204 No Content\r\nDate: today\r\n\r\n"


@pytest.mark.parametrize("answer", [LENGTH, CHUNKED, EMPTY])
def test_an_answer_is_whole_with_its_last_byte_and_not_before(answer: bytes) -> None:
    assert [end for end in range(len(answer)) if answer_in(answer[:end]) is not None] == []
    whole = answer_in(answer)
    assert whole is not None
    assert whole.raw == answer
    assert whole.raw.endswith(whole.body)
    assert whole.status == int(answer[9:12])


def test_a_request_says_what_the_target_says_of_its_sender() -> None:
    target = Target("http://127.0.0.1:8080", {"X-Tenant": "team"})
    assert target.address == ("127.0.0.1", 8080)
    assert target.request("GET", "/x") == b"GET /x HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nX-Tenant: team\r\n\r\n"
    assert target.request("POST", "/x", b"{}").endswith(b"\r\nContent-Length: 2\r\n\r\n{}")


class Counting(socketserver.StreamRequestHandler):
    """Answers a line of a request with another line, after each empty one."""

    seen: list[str]
    answer: bytes

    def handle(self) -> None:
        while line := self.rfile.readline():
            if line.startswith(b"GET"):
                self.seen.append(line.split()[1].decode())
            if line == b"\r\n":
                for byte in range(0, len(self.answer), 20):  # in pieces
                    self.wfile.write(self.answer[byte : byte + 20])
                    self.wfile.flush()


@contextmanager
def answering(answer: bytes) -> Iterator[tuple[Target, list[str]]]:
    seen: list[str] = []
    handler = type("Handler", (Counting,), {"seen": seen, "answer": answer})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Target(f"http://127.0.0.1:{server.server_address[1]}"), seen
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("answer", [LENGTH, CHUNKED])
def test_each_request_is_sent_once_whatever_the_connections(answer: bytes) -> None:
    with answering(answer) as (target, seen):
        heard: list[bytes] = []
        requests = (target.request("GET", f"/{number}") for number in range(20))
        done = load(target, requests, 3, hear=lambda got: heard.append(got.raw))
    assert sorted(seen) == sorted(f"/{number}" for number in range(20))
    assert heard == [answer] * 20
    assert len(done.waits) == 20
    assert done.size == len(answer)
    assert done.rate == pytest.approx(20 / done.seconds)
    assert max(done.waits) <= done.seconds


def test_an_answer_that_is_not_expected_ends_the_measurement() -> None:
    with (
        answering(LENGTH) as (target, _),
        pytest.raises(UnexpectedAnswerError, match=r"^expected 204: HTTP/1\.1 200 OK"),
    ):
        load(target, [target.request("GET", "/")], 1, 204)
