"""From a body to an EvaluationJob that stands: checked first, then made with the caller's own token, once.

Nothing fails any more once the job is made: where it is not certain whether it was, the API server is asked, and only
what it cannot say is 503; the repetition then finds the name again.
"""

import asyncio
import logging

from fastapi import Request

from referee.api import names
from referee.gateway.body import Body
from referee.gateway.errors import Refusal, Standing
from referee.gateway.evalhub.checks import TenantCatalogue, check_plan, check_request, checked
from referee.gateway.evalhub.repeats import Asked, Attempt, Repeats
from referee.gateway.evalhub.wire.manifest import Manifest, to_resource
from referee.gateway.evalhub.wire.reading import read_as, read_json
from referee.gateway.evalhub.wire.requests import JobRequest
from referee.gateway.evalhub.wire.scales import completed
from referee.gateway.people import Person
from referee.gateway.people.refusals import refusal
from referee.gateway.services import Services
from referee.runtime.errors import AlreadyExists, ApiError, NotFound, ServerUnavailable, Unreachable
from referee.runtime.kube import Object
from referee.runtime.paths import EVALUATION_JOBS

log = logging.getLogger(__name__)

MAX_BYTES = 10 * 1024 * 1024
"""Of a body; as EvalHub."""
KEY = "idempotency-key"
_OURS = 500
"""From here on a status is a failure of ours, and the SDK tries again."""
_LARGE = 128 * 1024
"""Bytes, of which reading takes some milliseconds."""


class Submitting:
    """Makes jobs."""

    def __init__(self, services: Services, repeats: Repeats) -> None:
        self._services = services
        self._repeats = repeats

    async def submit(self, person: Person, request: Request) -> Object:
        """The job, made or found.

        Raises:
            Refusal: nothing was made, as far as anybody can tell.
        """
        raw = await _read(request)
        asked = Asked.of(person, raw, request.headers.get(KEY, ""))
        wanted = await _parse(raw)
        async with self._repeats.attempt(asked, request, person.tenant) as attempt:
            try:
                obj = await self._stand(person, wanted, attempt)
            except Refusal as refused:
                attempt.answered = refused.status < _OURS
                raise
            self._services.objects.remember(obj)
            attempt.answered = not await request.is_disconnected()
        return obj

    async def _stand(self, person: Person, wanted: JobRequest, attempt: Attempt) -> Object:
        if attempt.stands is not None:
            return _same(attempt.stands.object(), attempt)
        catalogue = TenantCatalogue(self._services.objects, person.tenant)
        check_request(wanted, catalogue, mlflow=bool(self._services.settings.mlflow_tracking_uri))
        manifest = self._manifest(person, wanted, attempt, catalogue)
        return await self._create(person, manifest, attempt)

    def _manifest(self, person: Person, wanted: JobRequest, attempt: Attempt, catalogue: TenantCatalogue) -> Manifest:
        annotations = {
            names.ANNOTATION_OWNER: person.user,
            names.ANNOTATION_REQUEST: attempt.asked.note(self._repeats.process),
        }
        objects = self._services.objects
        collection = wanted.collection and objects.collection(person.tenant, wanted.collection.id)
        updated = collection.kept.updated if collection else ""
        manifest = to_resource(wanted, attempt.name, person.tenant, annotations, collection_updated_at=updated)
        job, spec = checked(manifest), completed(manifest["spec"], catalogue)
        whole = {**manifest, "spec": spec}
        check_plan(job if spec is manifest["spec"] else checked(whole), catalogue)
        return whole

    async def _create(self, person: Person, manifest: Manifest, attempt: Attempt) -> Object:
        path = EVALUATION_JOBS.all(person.tenant)
        try:
            return await self._services.people.kube(person).create(path, manifest)
        except AlreadyExists as error:
            return _same(await self._look(person, attempt, error), attempt)
        except (Unreachable, ServerUnavailable) as error:
            log.warning("it is not certain that the job was made: %s", error, extra={"job": attempt.name})
            return _same(await self._look(person, attempt, error), attempt)
        except ApiError as error:
            raise refusal(error) from error

    async def _look(self, person: Person, attempt: Attempt, error: ApiError) -> Object:
        """What stands under the name. With the gateway's own rights: the caller may be one who only creates."""
        try:
            return await self._services.kube.get(EVALUATION_JOBS.one(person.tenant, attempt.name))
        except NotFound:
            raise refusal(error) from error
        except ApiError as again:
            raise refusal(again) from again


def _same(obj: Object, attempt: Attempt) -> Object:
    note = (obj["metadata"].get("annotations") or {}).get(names.ANNOTATION_REQUEST, "")
    if attempt.asked.made(note):
        return obj
    raise Standing(
        f"The Idempotency-Key belongs to evaluation job '{attempt.name}', which was asked for with another body.",
        code="idempotency_key_reused",
    )


async def _read(request: Request) -> bytes:
    body = Body(request, MAX_BYTES, "a job has names and parameters; put data where test_data_ref can name it")
    try:
        return await body.read()
    except Refusal:
        await body.drain()
        raise


async def _parse(raw: bytes) -> JobRequest:
    """Read the body; a large one beside the event loop, where it holds up nobody else."""
    if len(raw) > _LARGE:
        return await asyncio.to_thread(lambda: read_as(JobRequest, read_json(raw)))
    return read_as(JobRequest, read_json(raw))
