"""One job of a person's tenant: from the cache, else one live look, since whoever asks may be quicker than a watch.

A job that may not be read does not exist, as far as its asker can tell: both have one answer. What is made of more
than one object, a list or a log, has no such look: until everything was read once, it is not answered.
"""

import re

from referee.gateway.errors import Unavailable, Unknown
from referee.gateway.faults import undecided
from referee.gateway.objects import JobEntry, Objects
from referee.gateway.people import Person
from referee.gateway.people.refusals import unknown
from referee.gateway.services import Services
from referee.gateway.watched import evaluation_of
from referee.runtime.errors import ApiError, NotFound
from referee.runtime.paths import EVALUATION_JOBS

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")


async def find_job(services: Services, person: Person, name: str) -> JobEntry:
    """The job, for somebody who may read it.

    Raises:
        Unknown: there is none, or none for this person.
    """
    if not _NAME.fullmatch(name):
        raise not_found(person, name)
    await services.people.require(person, "get", EVALUATION_JOBS, name=name)
    entry = services.objects.job(person.tenant, name)
    return await look(services, person, name) if entry is None else entry


async def look(services: Services, person: Person, name: str) -> JobEntry:
    """The job as it stands at the API server.

    Raises:
        Unknown: there is none.
        Unavailable: the API server does not say.
    """
    try:
        obj = await services.kube.get(EVALUATION_JOBS.one(person.tenant, name))
    except NotFound:
        raise not_found(person, name) from None
    except ApiError as error:
        raise undecided(error) from error
    services.objects.remember(obj)
    try:
        return evaluation_of(obj)
    except ValueError:  # nested too deep: left out of lists, and so here
        raise not_found(person, name) from None


def not_found(person: Person, name: str) -> Unknown:
    """What to say of a job that is not there."""
    return unknown(EVALUATION_JOBS, person.tenant, name)


def require_primed(objects: Objects) -> None:
    """Go on only if everything that stands was read once.

    Raises:
        Unavailable: not yet.
    """
    if why := objects.unprimed():
        raise Unavailable(f"the gateway has not read everything yet: {why}")
