"""The gateway's settings from the environment."""

import dataclasses

import pytest

from referee.environment import SettingsError, read
from referee.gateway.settings import GatewaySettings


def test_nothing_need_be_set() -> None:
    assert read(GatewaySettings, {"PATH": "/bin"}) == GatewaySettings()


def test_everything_can_be_set() -> None:
    wanted = GatewaySettings(
        namespaces=("a", "b"),
        host="127.0.0.1",
        port=0,
        max_event_bytes=1000,
        event_seconds=2.5,
        drain_seconds=1.0,
        log_format="text",
        log_level="DEBUG",
    )
    texts = {**dataclasses.asdict(wanted), "namespaces": " a, b,"}

    assert read(GatewaySettings, {f"REFEREE_{name.upper()}": str(text) for name, text in texts.items()}) == wanted


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("PORT", "http", "REFEREE_PORT must be a number, not 'http'"),
        ("PORT", "70000", "REFEREE_PORT must be 0 to 65535"),
        ("EVENT_SECONDS", "0", "REFEREE_EVENT_SECONDS must be above 0"),
        ("MAX_EVENT_BYTES", "1.5", "REFEREE_MAX_EVENT_BYTES must be a number"),
        ("DRAIN_SECONDS", "-1", "REFEREE_DRAIN_SECONDS must be above 0"),
        ("LOG_FORMAT", "xml", "REFEREE_LOG_FORMAT must be json or text"),
        ("LOG_LEVEL", "loud", "REFEREE_LOG_LEVEL must be DEBUG"),
        ("NAMESPACES", "*,a", "REFEREE_NAMESPACES is either"),
    ],
)
def test_what_cannot_work_is_refused_by_name(variable: str, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said.replace("*", r"\*")):
        read(GatewaySettings, {f"REFEREE_{variable}": text})
