"""Pod trouble, in the kubelet's and the controllers' own words, becomes a reason of ours."""

from typing import Any

import pytest

from referee.core import trouble
from referee.core.children import Child
from referee.core.pods import Pod, pod_from_object
from tests.unit.core.world import START


def a_pod(**status: Any) -> dict[str, Any]:
    return {"metadata": {"name": "p"}, "status": status}


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    return a_pod(containerStatuses=[{"name": "adapter", "state": {"waiting": {"reason": reason, "message": message}}}])


def unscheduled(message: str) -> dict[str, Any]:
    return a_pod(
        conditions=[{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}]
    )


@pytest.mark.parametrize(
    ("pod", "reason"),
    [
        (waiting("ErrImagePull", "not found"), "ImagePullFailed"),
        (waiting("ImagePullBackOff"), "ImagePullFailed"),
        (waiting("ErrImageNeverPull"), "ImagePullFailed"),
        (waiting("InvalidImageName"), "ImagePullFailed"),
        (waiting("CreateContainerConfigError", 'secret "key" not found'), "MissingSecret"),
        (waiting("RunContainerError", "exec: not found"), "ContainerCannotRun"),
        (unscheduled("0/1 nodes are available"), "Unschedulable"),
        (unscheduled('0/1 nodes are available: persistentvolumeclaim "x" not found.'), "MissingVolume"),
        (unscheduled("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims."), "MissingVolume"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_pod_that_cannot_start(pod: dict[str, Any], reason: str) -> None:
    found = trouble.of_pod(pod_from_object(pod))
    assert found is not None
    assert found.reason == reason


def test_a_pod_on_its_way_is_no_trouble() -> None:
    assert trouble.of_pod(pod_from_object(waiting("ContainerCreating"))) is None


def event(reason: str, message: str, at: str = "2026-01-01T00:00:00Z") -> dict[str, str]:
    return {"reason": reason, "message": message, "lastTimestamp": at}


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([event("FailedCreate", 'pods "x" is forbidden: exceeded quota: q, requested: pods=1')], "QuotaExceeded"),
        (
            [event("FailedCreate", 'pods "x" is forbidden: maximum memory usage per Pod is 1Gi, but limit is 2Gi')],
            "QuotaExceeded",
        ),
        (
            [event("FailedCreate", 'error looking up service account ns/x: serviceaccount "x" not found')],
            "MissingServiceAccount",
        ),
        ([event("FailedCreate", 'violates PodSecurity "restricted:latest": privileged')], "PodRefused"),
        ([event("FailedMount", 'MountVolume.SetUp failed for volume "m" : secret "key" not found')], "MissingSecret"),
        ([event("FailedMount", 'configmap "data" not found')], "MissingSecret"),
        ([event("FailedAttachVolume", "no such disk")], "MissingVolume"),
        ([event("FailedScheduling", '0/1 nodes are available: persistentvolumeclaim "x" not found')], "MissingVolume"),
        (
            [
                event("FailedCreate", "exceeded quota", "2026-01-01T00:00:00Z"),
                event("FailedCreate", "violates PodSecurity", "2026-01-01T00:00:09Z"),
            ],
            "PodRefused",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_stands_only_in_events(events: list[dict[str, str]], reason: str) -> None:
    found = trouble.of_events(events)
    assert found is not None
    assert found.reason == reason


def test_a_kubelet_that_has_not_read_the_secret_yet_says_nothing_about_it() -> None:
    said = 'MountVolume.SetUp failed for volume "m" : failed to sync secret cache: timed out waiting for the condition'
    assert trouble.of_events([event("FailedMount", said)]) is None


def test_good_events_are_no_trouble() -> None:
    assert trouble.of_events([event("SuccessfulCreate", "Created pod: x")]) is None


def ended(*pods: Pod, **facts: Any) -> Child:
    return Child("c", "u", 0, 1, START, ended="Failed", pods=pods, **facts)


@pytest.mark.parametrize(
    ("child", "reason"),
    [
        (ended(Pod("p", "Failed", started=True, exit_code=137, exit_reason="OOMKilled")), "OOMKilled"),
        (ended(Pod("p", "Failed", started=True, exit_code=3)), "AdapterFailed"),
        (ended(Pod("p", "Failed", started=True, exit_code=128, exit_reason="StartError")), "ContainerCannotRun"),
        (ended(Pod("p", "Failed", started=True, exit_code=0, evicted="disk pressure")), "Evicted"),
        (ended(malformed="not JSON"), "ResultsInvalid"),
        (ended(), "AdapterFailed"),
        (Child("c", "u", 0, 1, START, ended="Complete"), "ResultsMissing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_why_an_end_left_no_result(child: Child, reason: str) -> None:
    assert trouble.of_end(child).reason == reason


def test_a_kill_that_may_be_out_of_memory_says_so() -> None:
    said = trouble.of_end(ended(Pod("p", "Failed", started=True, exit_code=137, exit_reason="Error"))).message
    assert "out of memory, perhaps" in said


def test_a_program_that_could_not_be_started_is_named() -> None:
    said = 'exec: "/no/program": no such file or directory'
    pod = Pod("p", "Failed", started=True, exit_code=128, exit_reason="StartError", termination_message=said)
    assert trouble.of_end(ended(pod)).message == said
