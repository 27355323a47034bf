"""Reading the log of one container that is still there, through the API server and with the gateway's own right.

Whether a person may see it has been asked before. Their token is not used: it may end while a log is followed, and
what the collector keeps for everybody must be the same text.
"""

from collections.abc import Mapping

from referee.gateway.logs.containers import PodLogs, SeenContainer
from referee.gateway.logs.lines import LogText, Tail
from referee.runtime.errors import NotFound, Rejected
from referee.runtime.kube import Kube
from referee.runtime.paths import PODS
from referee.store import KEPT_BYTES


async def read_log(
    kube: Kube, pod: PodLogs, container: SeenContainer, query: Mapping[str, str] | None = None, into: Tail | None = None
) -> LogText | None:
    """Its last lines with their timestamps, as many bytes as the store keeps; None if the pod is gone.

    Args:
        kube: with the gateway's right.
        pod: whose.
        container: which of its containers.
        query: more parameters of the API.
        into: what has the beginning if the rest cannot be read; empty.

    Raises:
        ApiError: the API server, or the kubelet behind it, does not answer.
    """
    kept = Tail(KEPT_BYTES) if into is None else into
    path = PODS.one(pod.namespace, pod.name, "log")
    wanted = {"container": container.name, "timestamps": "true", **(query or {})}
    try:
        async with kube.log(path, wanted) as chunks:
            async for chunk in chunks:
                kept.feed(chunk)
    except NotFound:
        return None
    except Rejected:
        return LogText("", 0)  # the kubelet has not started it yet, whatever its status says by now
    return kept.text(ended=container.ended or "follow" in wanted)
