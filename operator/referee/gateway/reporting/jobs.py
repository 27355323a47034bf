"""Children in a cluster: Jobs, with results as annotations, and the whole of each in the results store.

A JSON patch does it in one call: it tests the uid and that no final result stands, then adds. So the first final
result wins whoever writes, without a resourceVersion to race for, and a Job that was made anew under the same name
cannot get what was meant for its predecessor. Only a refused patch costs a second call, to see what stands. A child of
several pods has a receipt of each instead, under an annotation of its own, by the same rule.

The store is written before the Job. A gateway that dies in between leaves a document that nobody names, and the
adapter, which was told nothing, posts again; the other way round a Job would name what no store has.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

from referee.api import names
from referee.core import result
from referee.core.children import Progress, progress_text
from referee.gateway.errors import Malformed, Standing, Unavailable, Unknown
from referee.gateway.faults import undecided
from referee.gateway.reporting.callers import Callers
from referee.gateway.reporting.children import Caller, ChildRef, Document
from referee.gateway.reporting.receipts import name_of, receipt_of
from referee.gateway.reporting.runs import run_of
from referee.gateway.reporting.shares import Shares
from referee.gateway.reporting.summary import summary_of
from referee.gateway.reporting.throttle import ProgressThrottle, interval_for
from referee.gateway.reporting.tokens import TokenChecker
from referee.gateway.seen import SeenJob, job_of
from referee.gateway.watched import Watched
from referee.runtime.errors import ApiError, Invalid, NotFound
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import JOBS
from referee.store import RunRef, StoreUnavailable, Unstorable

_MANY = 500
"""Metrics, of which a summary takes a millisecond."""


class Results(Protocol):
    """The part of the results store that keeps whole documents."""

    async def put(self, run: RunRef, digest: str, document: Document) -> None:
        """Keep it; durable on return, and putting it twice is putting it once."""
        ...


class JobChildren:
    """The port `Children` over an API server."""

    def __init__(self, kube: Kube, watched: Watched, tokens: TokenChecker, results: Results | None = None) -> None:
        """Take where whole results go; None: what does not fit on a Job is lost, as its digest says."""
        self._kube = kube
        self._results = results
        self._watched = watched
        self._tokens = tokens
        self._callers = Callers(kube, watched)
        self._shares = Shares()
        self._throttle = ProgressThrottle(self._write_progress, lambda: interval_for(watched.running()))

    async def identify(self, credential: str) -> Caller:
        """Check the token, then trace its pod."""
        return await self._callers.trace(await self._tokens.check(credential))

    async def knows(self, caller: Caller, job: str) -> bool:
        """Look for an EvaluationJob in the caller's namespace."""
        return await self._callers.knows(caller.child.namespace, job)

    async def put_result(self, caller: Caller, document: Document) -> None:
        """Put the whole into the store and its summary on the Job, once, in this order: what a Job names is there."""
        child = caller.child
        if caller.share is not None:
            await self._put_receipt(child, caller.share, document)
            return
        whole = await _whole(document, caller)
        if await self._stands(child, whole.own):
            return
        await self._store(caller, whole)
        try:
            await self._add(child, names.ANNOTATION_RESULT, whole.text)
        except Invalid as error:
            if not await self._stands(child, whole.own, refused=error):
                raise undecided(error) from error
        self._throttle.drop(child)

    async def put_partial(self, caller: Caller, document: Document) -> None:
        """The same, over an earlier one; what a share has done is in its samples."""
        child = caller.child
        if caller.share is not None:
            await self._stands(child, None, share=caller.share)
            return
        whole = await _whole(document, caller)
        await self._stands(child, None)
        await self._store(caller, whole)
        try:
            await self._add(child, names.ANNOTATION_PARTIAL, whole.text)
        except Invalid as error:
            await self._stands(child, None, refused=error)
            raise undecided(error) from error

    async def put_progress(self, caller: Caller, progress: Progress) -> None:
        """Have it written in its time; a child that is ending or has a result needs none."""
        job = self._watched.jobs.get((caller.child.namespace, caller.child.name))
        written = None
        if job is not None and job.uid == caller.child.uid:
            if job.ended and job.result is None:
                raise Standing(f"Job {caller.child.name!r} is over")
            if job.ended or job.stopping or job.result is not None:
                return
            written = job.progress
        if progress == Progress():
            return
        if caller.share is not None:
            progress = self._shares.add(caller.child.uid, caller.share, progress)
        self._throttle.offer(caller.child, _counted(progress, written), written)

    async def close(self) -> None:
        """End what runs in the background."""
        await self._throttle.close()

    async def _put_receipt(self, child: ChildRef, share: int, document: Document) -> None:
        small = receipt_of(document)
        own = result.digest(small)
        if await self._stands(child, own, share=share):
            return
        try:
            await self._add(child, name_of(share), result.canonical(small), unless=name_of(share))
        except Invalid as error:
            if not await self._stands(child, own, refused=error, share=share):
                raise undecided(error) from error

    async def _store(self, caller: Caller, whole: "_Whole") -> None:
        if self._results is None:
            return
        try:
            await self._results.put(run_of(caller), whole.digest, whole.document)
        except StoreUnavailable as error:
            raise Unavailable(f"the results store did not take it: {error}") from error
        except Unstorable as error:
            raise Malformed(f"the result cannot be stored: {error}") from error

    async def _stands(
        self, child: ChildRef, own: str | None, *, refused: Invalid | None = None, share: int | None = None
    ) -> bool:
        """Whether the result of this digest stands already, or this receipt of a share; False: nothing final does.

        Raises:
            Standing, Unknown: the child takes nothing more.
        """
        job = await self._callers.job(child) if refused is None else await self._look(child)
        if job is None:
            raise Unknown(f"Job {child.name!r} is gone; one that has its name now is another run")
        standing = job.result if share is None else dict(job.receipts).get(share)
        if standing is not None and standing == own:
            return True
        if standing is not None:
            of = "" if share is None else f" of pod {share}"
            raise Standing(f"Job {child.name!r} has another final result{of}: the first one stands")
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
            await self._add(child, names.ANNOTATION_PROGRESS, progress_text(progress))
        except Invalid as error:
            raise Standing(str(error)) from error

    async def _add(self, child: ChildRef, annotation: str, text: str, *, unless: str = names.ANNOTATION_RESULT) -> None:
        try:
            job = await self._kube.json_patch(
                JOBS.one(child.namespace, child.name),
                [
                    {"op": "test", "path": "/metadata/uid", "value": child.uid},
                    {"op": "test", "path": _path(unless), "value": None},
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


@dataclass(frozen=True, slots=True)
class _Whole:
    """A result, and what stands for it on its Job."""

    document: dict[str, Any]
    digest: str
    text: str
    own: str
    """Digest of what stands on the Job."""

    @classmethod
    def of(cls, document: Document, caller: Caller) -> Self:
        """Cut it to size."""
        whole = dict(document)
        small = summary_of(whole, caller.kept)
        return cls(whole, result.digest(whole), result.canonical(small), result.digest(small))


async def _whole(document: Document, caller: Caller) -> _Whole:
    """Made beside the event loop where it may take some milliseconds."""
    if len(document.get("metrics") or ()) > _MANY or not document.keys() <= set(result.SUMMARY):
        return await asyncio.to_thread(_Whole.of, document, caller)
    return _Whole.of(document, caller)


def _counted(progress: Progress, written: Progress | None) -> Progress:
    """With the counts that stand, where only a phase was told."""
    if written is None or progress.total is not None or progress.done:
        return progress
    return replace(written, phase=progress.phase)


def _path(annotation: str) -> str:
    return f"/metadata/annotations/{annotation.replace('~', '~0').replace('/', '~1')}"
