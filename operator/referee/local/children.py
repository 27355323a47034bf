"""Children on a laptop: the gateway's port `Children` over processes, with results as files.

The first final result of an attempt is a file that is written once and flushed to disk before it is acknowledged.
An attempt is told by the secret in its address, which is made anew for each; there is no other way to name one, so
the rules of the port hold for a process that lingers from an earlier attempt, too.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from referee.core.children import Progress
from referee.core.result import Result, digest, from_document
from referee.gateway.errors import NotPermitted, Standing, Unauthenticated, Unavailable, Unknown
from referee.gateway.reporting.children import Caller, ChildRef, Document, OtherRun
from referee.local.attempts import PARTIAL_FILE, RESULT_FILE, Attempt
from referee.local.writing import write_atomically


class LocalChildren:
    """The port for the attempts of one job. Used from one event loop; nothing in it waits, so nothing interleaves."""

    def __init__(self, namespace: str, job: str, changed: Callable[[], None], job_uid: str = "") -> None:
        """Take the job's name, and whom to tell that something was reported; its uid, where it keeps a journal."""
        self._namespace = namespace
        self._job = job
        self._job_uid = job_uid
        self._others: Mapping[str, OtherRun] = {}
        self._changed = changed
        self._by_secret: dict[str, Attempt] = {}
        self._by_uid: dict[str, Attempt] = {}

    def refer(self, others: Mapping[str, OtherRun]) -> None:
        """Let adapters read the journals of these runs, which the plan names."""
        self._others = others

    def admit(self, attempt: Attempt) -> None:
        """Take reports of this attempt from now on."""
        self._by_secret[attempt.secret] = attempt
        self._by_uid[attempt.uid] = attempt

    def forget(self, attempt: Attempt) -> None:
        """Take none any more; its files stay. Its secret still tells whose it was."""
        self._by_uid.pop(attempt.uid, None)

    async def identify(self, credential: str) -> Caller:
        """Look the secret up."""
        attempt = self._by_secret.get(credential)
        if attempt is None:
            raise Unauthenticated("no adapter was started with this address: use callback_url from job.json")
        if not attempt.alive:
            raise NotPermitted(f"the process of {attempt.name} is over")
        planned = attempt.planned
        return Caller(
            child=ChildRef(self._namespace, attempt.name, attempt.uid),
            job=self._job,
            provider=planned.provider,
            benchmark=planned.id,
            index=planned.index,
            kept=frozenset({planned.primary_score.metric} if planned.primary_score else ()),
            job_uid=self._job_uid,
            attempt=attempt.number,
            first_attempt=planned.journal_first,
            others=self._others,
        )

    async def knows(self, caller: Caller, job: str) -> bool:
        """Only one job is run at a time."""
        return job == caller.job

    async def put_result(self, caller: Caller, result: Document) -> None:
        """Write it, once."""
        document = dict(result)
        attempt, own = self._attempt(caller), digest(document)
        if self._stands(attempt, own):
            return
        read = self._keep(attempt.directory / RESULT_FILE, document)
        attempt.result, attempt.digest = read, own
        self._changed()

    async def put_partial(self, caller: Caller, result: Document) -> None:
        """Write it over an earlier one."""
        attempt = self._attempt(caller)
        self._stands(attempt, None)
        attempt.partial = self._keep(attempt.directory / PARTIAL_FILE, dict(result))
        self._changed()

    async def put_progress(self, caller: Caller, progress: Progress) -> None:
        """Remember it; no file, since nothing resumes from it."""
        attempt = self._by_uid.get(caller.child.uid)
        if attempt is None or attempt.result is not None or attempt.stopping or not attempt.alive:
            return
        attempt.progress = progress
        self._changed()

    def _attempt(self, caller: Caller) -> Attempt:
        attempt = self._by_uid.get(caller.child.uid)
        if attempt is None:
            raise Unknown(f"{caller.child.name} is gone; one that has its name now is another run")
        return attempt

    @staticmethod
    def _stands(attempt: Attempt, own: str | None) -> bool:
        """Whether the result of this digest stands already; False: nothing final does."""
        if attempt.result is not None and attempt.digest == own:
            return True
        if attempt.result is not None:
            raise Standing(f"{attempt.name} has another final result: the first one stands")
        if not attempt.alive:
            raise Standing(f"the process of {attempt.name} is over")
        return False

    @staticmethod
    def _keep(path: Path, document: dict[str, Any]) -> Result:
        try:
            write_atomically(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
        except OSError as error:
            raise Unavailable(f"cannot write {path}: {error.strerror}") from error
        return from_document(document)
