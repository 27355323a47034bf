"""Why a child does not run or did not end well, in our own words.

Kubernetes tells it in three places: the pod's status, the Job's Events (when no pod could be made), the pod's
Events (volumes). The wording there is for people and not an API, so only stable parts of it are looked for and
the whole of it is passed on as the message.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from referee.api.conditions import Reason
from referee.core.children import Child, Trouble
from referee.core.pods import Pod

_WAITING = {
    "ErrImagePull": Reason.IMAGE_PULL_FAILED,
    "ImagePullBackOff": Reason.IMAGE_PULL_FAILED,
    "InvalidImageName": Reason.IMAGE_PULL_FAILED,
    "ErrImageNeverPull": Reason.IMAGE_PULL_FAILED,
    "ImageInspectError": Reason.IMAGE_PULL_FAILED,
    "RegistryUnavailable": Reason.IMAGE_PULL_FAILED,
    "CreateContainerConfigError": Reason.MISSING_SECRET,
    "CreateContainerError": Reason.CONTAINER_CANNOT_RUN,
    "RunContainerError": Reason.CONTAINER_CANNOT_RUN,
}

_FAILED_CREATE = (
    ("exceeded quota", Reason.QUOTA_EXCEEDED),
    ("failed quota", Reason.QUOTA_EXCEEDED),
    ("usage per ", Reason.QUOTA_EXCEEDED),
    ("error looking up service account", Reason.MISSING_SERVICE_ACCOUNT),
)

_FAILED_MOUNT = (
    ("secret", Reason.MISSING_SECRET),
    ("configmap", Reason.MISSING_SECRET),
)

_NOT_YET = "failed to sync"
"""The kubelet's cache of Secrets and ConfigMaps is behind, whether or not the object exists: its next try tells."""

_FAILED_SCHEDULING = (("persistentvolumeclaim", Reason.MISSING_VOLUME),)
"""A claim that does not exist, or is not bound, is found out by the scheduler: no pod gets as far as mounting it."""

NO_TEST_DATA = (
    Reason.TEST_DATA_UNREACHABLE,
    Reason.TEST_DATA_FORBIDDEN,
    Reason.TEST_DATA_TOO_LARGE,
    Reason.TEST_DATA_NOT_FOUND,
    Reason.TEST_DATA_UNAUTHORIZED,
    Reason.TEST_DATA_DIGEST_MISMATCH,
)
"""The words of the program that fetches test data."""

_NEVER_RAN = ("StartError", "ContainerCannotRun")
"""Why a container ended, where its program could not be started: its exit code and its log say nothing then."""

SIGKILL = 137

_LAST_LINES = 150
"""Characters of the end of a log in a message: the error is there, and a status keeps 256 bytes of it."""


def of_pod(pod: Pod) -> Trouble | None:
    """Why a pod does not start, from its status."""
    if pod.waiting is not None:
        reason, message = pod.waiting
        return Trouble(_WAITING.get(reason, Reason.CONTAINER_CANNOT_RUN), f"{reason}: {message}" if message else reason)
    if pod.unschedulable is not None:
        return _unscheduled(pod.unschedulable)
    return None


def of_waiting(child: Child) -> Trouble | None:
    """Why a child that is not running waits, as far as is known."""
    found = (trouble for pod in child.pods if not pod.started and (trouble := of_pod(pod)))
    return next(found, child.trouble)


def of_end(child: Child) -> Trouble:
    """Why a child that ended left no result."""
    told = next((found for pod in reversed(child.pods) if (found := _of_end(pod)) is not None), None)
    if told is not None:
        return told
    if child.malformed is not None:
        return Trouble(Reason.RESULTS_INVALID, child.malformed)
    waiting = of_waiting(child)
    if child.ended == "Failed" and waiting is not None:
        return waiting
    if child.ended == "Complete":
        return _of_silence(child)
    return Trouble(Reason.ADAPTER_FAILED, "the Job failed without a result; its pod is gone")


def _of_end(pod: Pod) -> Trouble | None:
    if pod.evicted is not None:
        return Trouble(Reason.EVICTED, pod.evicted)
    if pod.fetch is not None and pod.fetch.failed is not None:
        known = Reason.named(pod.fetch.reason)
        return Trouble(
            known if known is not None and known in NO_TEST_DATA else Reason.TEST_DATA_FAILED,
            f"testData: {pod.fetch.failed}",
        )
    return _of_exit(pod) if pod.exit_code else None


def _of_exit(pod: Pod) -> Trouble:
    if pod.exit_reason == "OOMKilled":
        return Trouble(Reason.OOM_KILLED, "the adapter was killed for using more memory than its limit")
    if pod.exit_reason in _NEVER_RAN:
        return Trouble(Reason.CONTAINER_CANNOT_RUN, pod.termination_message or pod.exit_reason)
    hint = " (killed; out of memory, perhaps)" if pod.exit_code == SIGKILL else ""
    said = f"exit code {pod.exit_code}{hint} and no result: "
    log = pod.termination_message.strip() if pod.sdk else ""
    return Trouble(Reason.ADAPTER_FAILED, said + (_end_of(log) if log else f"see the log of pod {pod.name}"))


def _of_silence(child: Child) -> Trouble:
    """An end without an error and without a result; of the published SDK it is known what it keeps to its log."""
    said = "the adapter exited with 0 but reported no result"
    pod = next((pod for pod in reversed(child.pods) if pod.sdk), None)
    if pod is not None:
        log = _end_of(pod.termination_message.strip()) or f"see the log of pod {pod.name}"
        said += f": eval-hub-sdk only logs a report that it could not make (a NaN metric); {log}"
    return Trouble(Reason.RESULTS_MISSING, said)


def _end_of(log: str) -> str:
    """The last lines of a log, as many as fit."""
    kept = ""
    for line in reversed(log.splitlines()):
        more = f"{line.strip()[:_LAST_LINES]} / {kept}" if kept else line.strip()[:_LAST_LINES]
        if len(more) > _LAST_LINES:
            break
        kept = more
    return kept


def of_events(events: Iterable[Mapping[str, Any]]) -> Trouble | None:
    """The newest trouble that Events of a Job or a pod tell of."""
    for event in sorted(events, key=_seen, reverse=True):
        reason, message = event.get("reason"), str(event.get("message", ""))
        if _NOT_YET in message:
            continue
        if reason == "FailedCreate":
            return Trouble(_match(message, _FAILED_CREATE, Reason.POD_REFUSED), message)
        if reason in ("FailedMount", "FailedAttachVolume"):
            return Trouble(_match(message.lower(), _FAILED_MOUNT, Reason.MISSING_VOLUME), message)
        if reason == "FailedScheduling":
            return _unscheduled(message)
    return None


def _unscheduled(message: str) -> Trouble:
    return Trouble(_match(message.lower(), _FAILED_SCHEDULING, Reason.UNSCHEDULABLE), message)


def _seen(event: Mapping[str, Any]) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or "")


def _match(message: str, table: tuple[tuple[str, Reason], ...], otherwise: Reason) -> Reason:
    return next((reason for part, reason in table if part in message), otherwise)
