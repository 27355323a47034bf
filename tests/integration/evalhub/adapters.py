"""Adapters that answer for the pods of a tenant, in a thread: each reports as its model's name says, and ends.

What they post is what the published SDK's callbacks post; the tokens are those that a kubelet would project.
"""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from referee.api.names import ADAPTER_AUDIENCE, ANNOTATION_JOB_SPEC
from tests.integration.evalhub.place import Place
from tests.testbed.api_client import Json
from tests.testbed.autopilot import autopilot
from tests.testbed.kubelet_double import KubeletDouble
from tests.testbed.kubelet_logs import KubeletLogs

FAILS = "model-that-fails"
HANGS = "model-that-hangs"
LINES = ("loading the data", "asking the model", "done")
_SECONDS = 30


@contextmanager
def adapters(place: Place, directory: Path) -> Iterator[None]:
    """They run while the context lasts."""
    troupe = _Troupe(place, directory)
    thread = threading.Thread(target=troupe.play, name="adapters")
    thread.start()
    try:
        assert troupe.ready.wait(_SECONDS), "no kubelet after 30 s"
        yield
    finally:
        troupe.end()
        thread.join(_SECONDS)
    assert troupe.failed is None, troupe.failed


class _Troupe:
    def __init__(self, place: Place, directory: Path) -> None:
        self._place = place
        self._directory = directory
        self._over = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.ready = threading.Event()
        self.failed: BaseException | None = None

    def play(self) -> None:
        try:
            asyncio.run(self._play())
        except BaseException as error:  # noqa: BLE001 - the test's own thread raises it
            self.failed = error
        finally:
            self.ready.set()

    def end(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._over.set)

    async def _play(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with (
            KubeletDouble(self._place.cluster) as kubelet,
            KubeletLogs(kubelet, self._directory) as self._logs,
            httpx.AsyncClient(base_url=self._place.url, trust_env=False, timeout=20) as self._client,
            autopilot(kubelet, self._place.tenant, self._adapter),
        ):
            self.ready.set()
            await self._over.wait()

    async def _adapter(self, kubelet: KubeletDouble, pod: Json) -> None:
        spec = json.loads(pod["metadata"]["annotations"][ANNOTATION_JOB_SPEC])
        token = await self._token(kubelet, pod)
        await kubelet.run(pod)
        await self._logs.write(pod, LINES[0])
        await self._post(spec, token, status="running", phase="loading_data")
        if spec["model"]["name"] == HANGS:
            await asyncio.Event().wait()
        await self._logs.write(pod, *LINES[1:])
        if spec["model"]["name"] == FAILS:
            error = {"message": "the model said no", "message_code": "model_error", "message_origin": "adapter"}
            await self._post(spec, token, status="failed", error_message=error)
        else:
            metrics = {"acc": 0.75, "accuracy": 0.75}
            await self._post(spec, token, status="completed", metrics=metrics, completed_at="2026-11-25T12:00:00Z")
        await self._logs.end(pod)
        await kubelet.succeed(pod)

    async def _post(self, spec: Json, token: str, **event: object) -> None:
        own = {"id": spec["benchmark_id"], **{key: spec[key] for key in ("provider_id", "benchmark_index")}}
        # what is refused is for the adapter to log and to go on, as the SDK does
        await self._client.post(
            f"/api/v1/evaluations/jobs/{spec['id']}/events",
            json={"benchmark_status_event": {**own, **event}},
            headers={"Authorization": f"Bearer {token}"},
        )

    async def _token(self, kubelet: KubeletDouble, pod: Json) -> str:
        meta = pod["metadata"]
        bound = {"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "uid": meta["uid"]}
        account = pod["spec"].get("serviceAccountName", "default")
        path = f"/api/v1/namespaces/{self._place.tenant}/serviceaccounts/{account}/token"
        spec = {"audiences": [ADAPTER_AUDIENCE], "boundObjectRef": bound}
        answer: Json = await kubelet.call("POST", path, {"spec": spec})
        return str(answer["status"]["token"])
