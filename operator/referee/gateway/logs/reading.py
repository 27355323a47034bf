"""Reading the log of one container that is still there, through the API server and with the gateway's own right.

Whether a person may see it has been asked before. Their token is not used: it may end while a log is followed, and
what the collector keeps for everybody must be the same text.
"""

from collections.abc import Mapping

from referee.gateway.logs.containers import PodLogs, SeenContainer
from referee.gateway.logs.lines import Tail
from referee.runtime.errors import NotFound, Rejected
from referee.runtime.kube import Kube
from referee.runtime.paths import PODS

LIMIT = 1024 * 1024
"""Bytes that are shown, and kept, of one container: the last ones."""


async def read_log(
    kube: Kube, pod: PodLogs, container: SeenContainer, query: Mapping[str, str] | None = None
) -> str | None:
    """Its lines with their timestamps; None if the pod is gone.

    Raises:
        ApiError: the API server, or the kubelet behind it, does not answer.
    """
    kept = Tail(LIMIT)
    path = PODS.one(pod.namespace, pod.name, "log")
    wanted = {"container": container.name, "timestamps": "true", **(query or {})}
    try:
        async with kube.log(path, wanted) as chunks:
            async for chunk in chunks:
                kept.feed(chunk)
    except NotFound:
        return None
    except Rejected:
        return ""  # the kubelet has not started it yet, whatever its status says by now
    return kept.text(ended=container.ended or "follow" in wanted)
