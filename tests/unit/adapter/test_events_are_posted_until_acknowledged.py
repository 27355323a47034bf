"""A final event is repeated until somebody has it, and no longer."""

import socket
from pathlib import Path

import pytest

from referee_adapter.events import Delivery, EventPoster, Patience
from referee_adapter.paths import Paths, locate
from referee_adapter.spec import JobSpec, read_spec
from tests.unit.adapter.receiver import Receiver, job, write_job

QUICK = Patience(seconds=5, first_delay=0.001, longest_delay=0.002)


def given(tmp_path: Path, url: str) -> tuple[JobSpec, Paths]:
    return read_spec(write_job(tmp_path, job(url))), locate({"EVALHUB_MODE": "k8s"}, root=tmp_path)


def post(spec: JobSpec, paths: Paths, patience: Patience = QUICK) -> Delivery:
    poster = EventPoster(spec, paths, patience)
    try:
        return poster.post("completed", metrics={"acc": 0.5}, phase=None)
    finally:
        poster.close()


def test_an_event_names_the_benchmark_and_leaves_out_what_is_unknown(tmp_path: Path, receiver: Receiver) -> None:
    assert post(*given(tmp_path, receiver.url)) is Delivery.ACKNOWLEDGED

    assert receiver.posted[0].path == "/api/v1/evaluations/jobs/nightly/events"
    assert receiver.posted[0].content == {
        "provider_id": "frame",
        "id": "sums",
        "benchmark_index": 2,
        "status": "completed",
        "metrics": {"acc": 0.5},
    }


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_trouble_of_the_receiver_is_waited_out(tmp_path: Path, receiver: Receiver, status: int) -> None:
    receiver.answers = [(status, {}), (status, {"Retry-After": "0"}), (status, {"Retry-After": "soon"})]

    assert post(*given(tmp_path, receiver.url)) is Delivery.ACKNOWLEDGED
    assert len(receiver.posted) == 4
    assert all(posted.event == receiver.posted[0].event for posted in receiver.posted)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
def test_a_refusal_ends_it(tmp_path: Path, receiver: Receiver, status: int) -> None:
    receiver.answers = [(status, {})]

    assert post(*given(tmp_path, receiver.url)) is Delivery.REFUSED
    assert len(receiver.posted) == 1


def test_another_final_result_is_told_apart(tmp_path: Path, receiver: Receiver) -> None:
    receiver.answers = [(409, {})]

    assert post(*given(tmp_path, receiver.url)) is Delivery.CONFLICT


def test_patience_has_an_end(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        spec, paths = given(tmp_path, f"http://127.0.0.1:{nobody.getsockname()[1]}")
        impatient = Patience(seconds=0.05, first_delay=0.01, longest_delay=0.01)

        assert post(spec, paths, impatient) is Delivery.GAVE_UP


def test_the_token_is_read_again_for_each_request(tmp_path: Path, receiver: Receiver) -> None:
    spec, paths = given(tmp_path, receiver.url)
    paths.token.parent.mkdir(parents=True)
    paths.namespace.write_text("team-a")
    poster = EventPoster(spec, paths, QUICK)
    for token in ("first", "renewed"):
        paths.token.write_text(token)
        assert poster.post_once("running")
    poster.close()

    sent = [(posted.headers["Authorization"], posted.headers["X-Tenant"]) for posted in receiver.posted]
    assert sent == [("Bearer first", "team-a"), ("Bearer renewed", "team-a")]


def test_without_a_token_there_is_no_header(tmp_path: Path, receiver: Receiver) -> None:
    post(*given(tmp_path, receiver.url))

    assert "Authorization" not in receiver.posted[0].headers


def test_without_a_callback_the_event_is_only_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")

    assert post(*given(tmp_path, "")) is Delivery.ACKNOWLEDGED
    assert "no callback_url" in caplog.text
