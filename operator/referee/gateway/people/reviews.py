"""The questions that a caller's own token is asked with: who am I, and may I.

Made with that token and not with ours: it needs no right of the gateway's (TokenReview and SubjectAccessReview would
take a ClusterRole), and the API server decides as it will for the call itself.
"""

import asyncio

from referee.gateway.errors import NotPermitted, Unauthenticated, Unavailable
from referee.gateway.faults import undecided
from referee.runtime.errors import ApiError, Forbidden, Unauthorized
from referee.runtime.kube import Kube, Object

_AT_ONCE = 16
"""Half of what the transport lets through: tokens that nobody knows must not keep results waiting."""
_SECONDS = 10.0
"""Until the caller is told to come back; an SDK gives up after 30."""


class Reviews:
    """Asks the API server, some questions at a time."""

    def __init__(self, kube: Kube) -> None:
        self._kube = kube
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def ask(self, token: str, path: str, body: Object) -> Object:
        """The review's status.

        Raises:
            Unauthenticated: the token is not accepted.
            NotPermitted: whose it is may not even ask; every account may where system:basic-user is bound.
            Unavailable: no answer.
        """
        try:
            async with asyncio.timeout(_SECONDS), self._slots:
                answer = await self._kube.acting_as(token).ask(path, body)
        except Unauthorized as error:
            if not error.code:
                raise undecided(error) from error
            raise Unauthenticated("the API server does not accept the token: it has expired or is none") from None
        except Forbidden as error:
            raise NotPermitted(error.message) from error
        except ApiError as error:
            raise undecided(error) from error
        except TimeoutError:
            raise Unavailable(
                f"the API server did not say within {_SECONDS:.0f} s who calls and what they may"
            ) from None
        status: Object = answer.get("status") or {}
        return status
