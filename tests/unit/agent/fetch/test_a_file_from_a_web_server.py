"""An http source: one file, its digest, and everything that may be wrong with it."""

import hashlib
import signal
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

from tests.unit.agent.fetch.web import Asked, Page, Web
from tests.unit.agent.fetch.world import Fetcher

BODY = b'{"question": "1 + 1", "answer": "2"}\n'
DIGEST = hashlib.sha256(BODY).hexdigest()


def test_it_lands_under_its_own_name(fetcher: Fetcher, web: Web) -> None:
    web.pages["/sets/sums%20v1.jsonl"] = (200, {}, BODY)

    ended = fetcher.fetch("http", url=f"{web.url}/sets/sums%20v1.jsonl?download=1", sha256=DIGEST)

    assert (ended.code, ended.message) == (0, {"resolved": f"sha256:{DIGEST}", "bytes": len(BODY)})
    assert ended.files == {"sums v1.jsonl": BODY}
    assert "Authorization" not in web.asked[0].headers


def test_a_second_run_begins_anew(fetcher: Fetcher, web: Web) -> None:
    web.pages["/a"] = web.pages["/b"] = (200, {}, BODY)
    fetcher.fetch("http", url=f"{web.url}/a")

    assert set(fetcher.fetch("http", url=f"{web.url}/b").files) == {"b"}


def test_another_file_than_asked_for_is_refused(fetcher: Fetcher, web: Web) -> None:
    web.pages["/a"] = (200, {}, b"another")

    reason, message = fetcher.refusal("http", url=f"{web.url}/a", sha256=DIGEST)

    assert reason == "TestDataDigestMismatch"
    assert DIGEST in message


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "TestDataUnauthorized"),
        (403, "TestDataUnauthorized"),
        (404, "TestDataNotFound"),
        (410, "TestDataNotFound"),
    ],
)
def test_a_status_has_its_reason(fetcher: Fetcher, web: Web, status: int, reason: str) -> None:
    web.pages["/a"] = (status, {}, b"")

    assert fetcher.refusal("http", url=f"{web.url}/a")[0] == reason
    assert len(web.asked) == 1


def test_trouble_is_tried_again(fetcher: Fetcher, web: Web) -> None:
    web.pages["/a"] = lambda _asked: (503, {}, b"") if len(web.asked) < 2 else (200, {}, BODY)

    assert fetcher.fetch("http", url=f"{web.url}/a").files == {"a": BODY}


def test_an_answer_that_ends_early_is_none(fetcher: Fetcher, web: Web) -> None:
    web.pages["/a"] = (200, {"Content-Length": "1000", "Connection": "close"}, BODY)

    reason, message = fetcher.refusal("http", url=f"{web.url}/a")

    assert reason == "TestDataUnreachable"
    assert "of 1000 bytes" in message


def test_nobody_there_is_said_with_the_address(fetcher: Fetcher) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]

        reason, message = fetcher.refusal("http", url=f"http://127.0.0.1:{port}/a")

    assert reason == "TestDataUnreachable"
    assert f"127.0.0.1:{port}" in message


def test_the_token_goes_to_the_address_of_the_job_alone(fetcher: Fetcher, web: Web) -> None:
    fetcher.secret(token="s3cret-token")
    web.pages["/a"] = (302, {"Location": f"http://localhost:{web.port}/b"}, b"")
    web.pages["/b"] = (200, {}, BODY)

    ended = fetcher.fetch("http", url=f"{web.url}/a?signature=s3cret-query")

    assert ended.files == {"a": BODY}
    assert web.asked[0].headers["Authorization"] == "Bearer s3cret-token"
    assert "Authorization" not in web.asked[1].headers
    assert "s3cret" not in ended.log + str(ended.message)


def test_a_failure_tells_no_secret(fetcher: Fetcher, web: Web) -> None:
    fetcher.secret(token="s3cret-token")
    web.pages["/a"] = (403, {}, b"s3cret-token is bad")

    ended = fetcher.fetch("http", url=f"{web.url}/a?signature=s3cret-query")

    assert "s3cret" not in ended.log + str(ended.message)


def test_a_failure_tells_no_password_of_the_address(fetcher: Fetcher, web: Web) -> None:
    reason, message = fetcher.refusal("http", url=f"http://user:s3cret@127.0.0.1:{web.port}/a")

    assert "s3cret" not in message, reason


def test_more_than_is_allowed_is_refused_before_it_is_read(fetcher: Fetcher, web: Web) -> None:
    fetcher.environ["REFEREE_TEST_DATA_MAX_BYTES"] = "100000"
    web.pages["/a"] = (200, {}, bytes(200000))

    reason, message = fetcher.refusal("http", url=f"{web.url}/a")

    assert reason == "TestDataTooLarge"
    assert "100000 bytes" in message


def test_an_endless_answer_is_cut_off(fetcher: Fetcher) -> None:
    fetcher.environ["REFEREE_TEST_DATA_MAX_BYTES"] = "1000000"
    with socket.create_server(("127.0.0.1", 0)) as server:

        def stream() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                try:
                    while True:
                        connection.sendall(bytes(65536))
                except OSError:
                    pass

        thread = threading.Thread(target=stream)
        thread.start()
        reason, _ = fetcher.refusal("http", url=f"http://127.0.0.1:{server.getsockname()[1]}/a")
        thread.join(20)

    assert reason == "TestDataTooLarge"


def test_told_to_stop_it_ends_at_once(fetcher: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        process = fetcher.start("http", url=f"http://127.0.0.1:{server.getsockname()[1]}/a")
        connection, _ = server.accept()  # and never an answer
        with connection:
            process.terminate()
            assert process.wait(20) == 128 + signal.SIGTERM


@pytest.mark.parametrize("name", ["..", "%2e%2e", "a%2Fb", "..%2F..%2Fetc%2Fpasswd", "%00"])
def test_a_name_that_leads_elsewhere_lands_nowhere(fetcher: Fetcher, web: Web, name: str) -> None:
    def page(_asked: Asked) -> Page:
        return (200, {}, BODY)

    web.pages[f"/x/{name}"] = page

    ended = fetcher.fetch("http", url=f"{web.url}/x/{name}")

    assert ended.code == 1
    assert ended.files == {}
    assert sorted(path.name for path in fetcher.root.iterdir()) == ["fetch-log", "test_data"]


@pytest.mark.parametrize("where", ["file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1/"])
def test_a_redirect_leads_to_the_web_alone(fetcher: Fetcher, web: Web, where: str) -> None:
    web.pages["/a"] = (302, {"Location": where}, b"")

    ended = fetcher.fetch("http", url=f"{web.url}/a")

    assert ended.code == 1
    assert ended.files == {}


def test_https_goes_through_a_tunnel_and_its_certificate_is_checked(fetcher: Fetcher, tmp_path: Path) -> None:
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "cert")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *subject, *files]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            for _ in range(4):
                connection, _peer = server.accept()
                with connection:
                    try:
                        with context.wrap_socket(connection, server_side=True) as secure:
                            secure.recv(4096)
                            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
                    except OSError:
                        continue

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"https://localhost:{server.getsockname()[1]}/a"
        fetcher.environ["SSL_CERT_FILE"] = str(tmp_path / "cert")
        assert fetcher.fetch("http", url=url).files == {"a": b"hello"}

        del fetcher.environ["SSL_CERT_FILE"]
        reason, message = fetcher.refusal("http", url=url)
        thread.join(20)

    assert reason == "TestDataUnreachable"
    assert "certificate" in message.lower()
