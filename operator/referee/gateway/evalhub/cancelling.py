"""To cancel a job and to delete one, each with the caller's own token.

The state comes first: what is over stays as it is, and nothing of it is touched. The cancel is written over the very
version that was looked at, so that a run that ends meanwhile is not called cancelled.
"""

import logging

from referee.gateway.errors import Standing, Unavailable
from referee.gateway.evalhub.wire.states import CANCELLED, OVER, state_of
from referee.gateway.finding import look, not_found
from referee.gateway.objects import JobEntry
from referee.gateway.people import Person
from referee.gateway.people.refusals import refusal
from referee.gateway.services import Services
from referee.runtime.errors import ApiError, Conflict, NotFound
from referee.runtime.paths import EVALUATION_JOBS
from referee.store import StoreError

log = logging.getLogger(__name__)

_TRIES = 8
"""A status is written at most every few seconds."""


async def cancel(services: Services, person: Person, entry: JobEntry) -> None:
    """Have the job end; one that is cancelled already is left alone.

    Raises:
        Standing: it is over.
        Unknown: it is gone.
    """
    kube, path = services.people.kube(person), EVALUATION_JOBS.one(person.tenant, entry.name)
    for _ in range(_TRIES):
        state = state_of(entry.phase)
        if state in OVER and state != CANCELLED:
            message = f"The job {entry.name} can not be cancelled because it is '{state}'."
            raise Standing(message, code="job_can_not_be_updated")
        if state == CANCELLED or entry.object()["spec"].get("cancel"):
            return
        wanted = {"metadata": {"resourceVersion": entry.resource_version}, "spec": {"cancel": True}}
        try:
            services.objects.remember(await kube.merge_patch(path, wanted))
        except Conflict:
            entry = await look(services, person, entry.name)
        except NotFound:
            raise not_found(person, entry.name) from None
        except ApiError as error:
            raise refusal(error) from error
        else:
            return
    raise Unavailable(f"the job {entry.name} is written by others all the time: cancel it again")


async def delete(services: Services, person: Person, entry: JobEntry) -> None:
    """Remove the job, what runs for it, and what the store has of it.

    Raises:
        Unknown: it is gone.
    """
    path = EVALUATION_JOBS.one(person.tenant, entry.name)
    try:
        await services.people.kube(person).delete(path, uid=entry.uid)
    except (NotFound, Conflict):
        raise not_found(person, entry.name) from None
    except ApiError as error:
        raise refusal(error) from error
    services.objects.forget(entry.object())
    try:
        await services.store.forget(entry.uid)
    except StoreError as error:
        # the retention removes it later, and nobody can name it any more
        log.warning("results of a deleted job stay for now: %s", error, extra={"job": entry.name})
