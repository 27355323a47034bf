"""The guard: only public addresses, unless the settings name the network; redirects and names included."""

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee_agent.fetch.addresses import allowed
from referee_agent.fetch.errors import FetchError, Forbidden, TooLarge
from referee_agent.fetch.guard import Guard
from referee_agent.fetch.landing import Landing, parts
from tests.unit.agent.fetch.web import Web
from tests.unit.agent.fetch.world import Fetcher

PRIVATE = [
    "0.0.0.0",  # noqa: S104 - refused, not bound
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "fc00::1",
    "fe80::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not allowed(ipaddress.ip_address(address), ())


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_what_is_public_is_allowed(address: str) -> None:
    assert allowed(ipaddress.ip_address(address), ())


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3"])
def test_a_network_that_is_named_is_allowed_and_no_other(address: str) -> None:
    networks = (ipaddress.ip_network("10.1.0.0/16"),)

    assert allowed(ipaddress.ip_address(address), networks)
    assert not allowed(ipaddress.ip_address("10.2.0.1"), networks)


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="169.254.0.0/16"))
def test_no_form_of_a_private_address_gets_through(address: ipaddress.IPv4Address) -> None:
    for number in (int(address) | 0xFFFF << 32, int(address) | 0x64FF9B << 96, int(address) << 80 | 0x2002 << 112):
        assert not allowed(ipaddress.IPv6Address(number), ())


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0"]
)
def test_no_spelling_of_loopback_gets_through(fetcher: Fetcher, web: Web, host: str) -> None:
    fetcher.environ = {}
    web.pages["/a"] = (200, {}, b"internal")

    reason, message = fetcher.refusal("http", url=f"http://{host}:{web.port}/a")

    assert reason == "TestDataForbidden"
    assert "no public address" in message
    assert web.asked == []


def test_a_redirect_to_what_is_not_allowed_is_not_followed(fetcher: Fetcher, web: Web) -> None:
    fetcher.environ["REFEREE_TEST_DATA_NETWORKS"] = "127.0.0.1/32"
    web.pages["/a"] = (302, {"Location": f"http://127.0.0.2:{web.port}/b"}, b"")
    web.pages["/b"] = (200, {}, b"internal")

    reason, message = fetcher.refusal("http", url=f"{web.url}/a")

    assert reason == "TestDataForbidden"
    assert "127.0.0.2" in message
    assert [asked.path for asked in web.asked] == ["/a"]


def test_the_address_that_is_connected_to_is_the_one_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public when asked first and private when asked again."""
    answers = iter([["203.0.113.1", "8.8.8.8"], ["127.0.0.1"]])
    dialled: list[object] = []

    def look_up(_host: str, port: int, **_: object) -> list[object]:
        return [(2, 1, 6, "", (address, port)) for address in next(answers)]

    def dial(address: object, _seconds: float) -> object:
        dialled.append(address)
        return object()

    monkeypatch.setattr("referee_agent.fetch.guard.socket.getaddrinfo", look_up)
    monkeypatch.setattr("referee_agent.fetch.guard.socket.create_connection", dial)
    Guard((), 10).connect("rebinding.example", 80)

    assert dialled == [("8.8.8.8", 80)]


def test_after_a_refusal_nothing_else_is_tried() -> None:
    guard = Guard((), 10)
    with pytest.raises(Forbidden):
        guard.connect("127.0.0.1", 9)
    with pytest.raises(Forbidden, match=r"127\.0\.0\.1"):
        guard.connect("8.8.8.8", 9)


def test_a_library_that_goes_past_the_proxy_is_stopped(fetcher: Fetcher, web: Web, tmp_path: Path) -> None:
    """With a library that ignores every proxy."""
    (tmp_path / "straight").mkdir()
    (tmp_path / "straight" / "sitecustomize.py").write_text(
        "import sys\n"
        "class Straight:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'referee_agent.fetch.web':\n"
        "            import importlib.util\n"
        f"            return importlib.util.spec_from_file_location(name, {str(tmp_path / 'straight' / 'web.py')!r})\n"
        "sys.meta_path.insert(0, Straight())\n"
    )
    (tmp_path / "straight" / "web.py").write_text(
        "import socket\n"
        "def fetch(settings, landing, proxy):\n"
        f"    socket.create_connection(('127.0.0.1', {web.port}))\n"
    )
    fetcher.environ["PYTHONPATH"] = str(tmp_path / "straight")

    reason, message = fetcher.refusal("http", url=f"{web.url}/a")

    assert reason == "TestDataForbidden"
    assert "past the guard" in message
    assert web.asked == []


@pytest.mark.parametrize("name", ["", "/etc/passwd", "a/../b", "..", ".", "a//b", "a/", "a\0b", "a\\b"])
def test_a_name_that_is_no_path_below_is_refused(name: str) -> None:
    with pytest.raises(FetchError, match="no path below"):
        parts(name)


def test_links_that_a_library_has_made_are_refused(tmp_path: Path) -> None:
    stage, target = tmp_path / "stage", tmp_path / "target"
    stage.mkdir()
    target.mkdir()
    (stage / "inner").symlink_to("/etc")

    with pytest.raises(Forbidden, match="inner is neither"):
        Landing(target, Guard((), 100)).adopt(stage)
    assert list(target.iterdir()) == []


def test_what_is_unpacked_counts(tmp_path: Path) -> None:
    landing = Landing(tmp_path, Guard((), 10))

    with landing.file("a") as file:
        file.write(bytes(6))
        with pytest.raises(TooLarge, match="over 10 bytes"):
            file.write(bytes(6))
