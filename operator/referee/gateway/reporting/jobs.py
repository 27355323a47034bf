"""Children in a cluster: Jobs, with results as annotations.

A JSON patch does it in one call: it tests the uid and that no final result stands, then adds. So the first final
result wins whoever writes, without a resourceVersion to race for, and a Job that was made anew under the same name
cannot get what was meant for its predecessor. Only a refused patch costs a second call, to see what stands.
"""

import json
from dataclasses import asdict

from referee.api import names
from referee.core import result
from referee.core.children import Progress
from referee.gateway.errors import Standing, Unknown
from referee.gateway.faults import undecided
from referee.gateway.reporting.callers import Callers
from referee.gateway.reporting.children import Caller, ChildRef, Document
from referee.gateway.reporting.throttle import ProgressThrottle, interval_for
from referee.gateway.reporting.tokens import TokenChecker
from referee.gateway.watched import SeenJob, Watched, job_of
from referee.runtime.errors import ApiError, Invalid, NotFound
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import JOBS


class JobChildren:
    """The port `Children` over an API server."""

    def __init__(self, kube: Kube, watched: Watched, tokens: TokenChecker) -> None:
        self._kube = kube
        self._watched = watched
        self._tokens = tokens
        self._callers = Callers(kube, watched)
        self._throttle = ProgressThrottle(self._write_progress, lambda: interval_for(watched.running()))

    async def identify(self, credential: str) -> Caller:
        """Check the token, then trace its pod."""
        return await self._callers.trace(await self._tokens.check(credential))

    async def knows(self, caller: Caller, job: str) -> bool:
        """Look for an EvaluationJob in the caller's namespace."""
        return await self._callers.knows(caller.child.namespace, job)

    async def put_result(self, caller: Caller, document: Document) -> None:
        """Put it on the Job, once."""
        child, own = caller.child, result.digest(dict(document))
        if await self._stands(child, own):
            return
        try:
            await self._add(child, names.ANNOTATION_RESULT, result.canonical(dict(document)))
        except Invalid as error:
            if not await self._stands(child, own, refused=error):
                raise undecided(error) from error
        self._throttle.drop(child)

    async def put_partial(self, caller: Caller, document: Document) -> None:
        """Put it on the Job, over an earlier one."""
        child = caller.child
        await self._stands(child, None)
        try:
            await self._add(child, names.ANNOTATION_PARTIAL, result.canonical(dict(document)))
        except Invalid as error:
            await self._stands(child, None, refused=error)
            raise undecided(error) from error

    async def put_progress(self, caller: Caller, progress: Progress) -> None:
        """Have it written in its time; a child that is ending or has a result needs none."""
        job = self._watched.jobs.get((caller.child.namespace, caller.child.name))
        if job is not None and job.uid == caller.child.uid:
            if job.ended or job.stopping or job.result is not None:
                return
            self._throttle.offer(caller.child, progress, job.progress)
        else:
            self._throttle.offer(caller.child, progress, None)

    async def close(self) -> None:
        """End what runs in the background."""
        await self._throttle.close()

    async def _stands(self, child: ChildRef, own: str | None, *, refused: Invalid | None = None) -> bool:
        """Whether the result of this digest stands already; False: nothing final does.

        Raises:
            Standing, Unknown: the child takes nothing more.
        """
        job = await self._callers.job(child) if refused is None else await self._look(child)
        if job is None:
            raise Unknown(f"Job {child.name!r} is gone; one that has its name now is another run")
        if job.result is not None and job.result == own:
            return True
        if job.result is not None:
            raise Standing(f"Job {child.name!r} has another final result: the first one stands")
        if job.ended:
            raise Standing(f"Job {child.name!r} is over")
        return False

    async def _look(self, child: ChildRef) -> SeenJob | None:
        try:
            job = await self._kube.get(JOBS.one(child.namespace, child.name))
        except NotFound:
            return None
        except ApiError as error:
            raise undecided(error) from error
        self._remember(job)
        seen = job_of(job)
        return seen if seen.uid == child.uid else None

    async def _write_progress(self, child: ChildRef, progress: Progress) -> None:
        try:
            await self._add(child, names.ANNOTATION_PROGRESS, json.dumps(asdict(progress), separators=(",", ":")))
        except Invalid as error:
            raise Standing(str(error)) from error

    async def _add(self, child: ChildRef, annotation: str, text: str) -> None:
        try:
            job = await self._kube.json_patch(
                JOBS.one(child.namespace, child.name),
                [
                    {"op": "test", "path": "/metadata/uid", "value": child.uid},
                    {"op": "test", "path": _path(names.ANNOTATION_RESULT), "value": None},
                    {"op": "add", "path": _path(annotation), "value": text},
                ],
            )
        except NotFound:
            raise Unknown(f"Job {child.name!r} is gone") from None
        except Invalid:
            raise
        except ApiError as error:
            raise undecided(error) from error
        self._remember(job)

    def _remember(self, job: Object) -> None:
        """Spare the next look the time that the watch needs; only what the watch will also take away again."""
        if names.LABEL_JOB_UID in (job["metadata"].get("labels") or {}):
            self._watched.jobs.upsert(job)


def _path(annotation: str) -> str:
    return f"/metadata/annotations/{annotation.replace('~', '~0').replace('/', '~1')}"
