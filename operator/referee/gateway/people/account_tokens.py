"""Tokens of the ServiceAccounts that API keys stand for: short-lived, and made anew before they end.

The gateway has the right to make them for just the accounts that have keys (a Role with their names, which
`referee api-keys create` writes): whoever takes the gateway over gets what the keys can do, and no more.
"""

from referee.gateway.errors import Unauthenticated, Unavailable
from referee.gateway.faults import undecided
from referee.gateway.people.answers import Answers
from referee.gateway.people.key_record import Account
from referee.runtime.errors import ApiError, Forbidden, NotFound
from referee.runtime.kube import Kube
from referee.runtime.paths import SERVICE_ACCOUNTS

_LIFE = 600
"""Seconds; the shortest that an API server gives."""
_USED = 0.8
"""Of its life: what a request starts with has to hold until its end."""
_MOST = 4096


class AccountTokens:
    """One token for each account that is in use."""

    def __init__(self, kube: Kube) -> None:
        self._kube = kube
        self._tokens: Answers[Account, str] = Answers(_MOST)

    async def of(self, account: Account) -> str:
        """A token that is good for some minutes yet.

        Raises:
            Unauthenticated: the account does not exist.
            Unavailable: the API server does not give one.
        """
        return self._tokens.peek(account) or await self._tokens.get(account, lambda: self._make(account))

    def forget(self, account: Account) -> None:
        """Make another one the next time."""
        self._tokens.forget(account)

    async def _make(self, account: Account) -> tuple[str, float]:
        path = SERVICE_ACCOUNTS.one(account.namespace, account.name, "token")
        body = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": _LIFE},
        }
        try:
            answer = await self._kube.ask(path, body)
        except NotFound:
            raise Unauthenticated(
                f"the API key's ServiceAccount {account.namespace}/{account.name} does not exist (any more)"
            ) from None
        except Forbidden as error:
            undecided(error)  # which logs it: it is our right that is missing
            raise Unavailable(
                f"the gateway may not make tokens of the ServiceAccount {account.namespace}/{account.name}; "
                "`referee api-keys create` for it, by somebody who may, gives it that right"
            ) from error
        except ApiError as error:
            raise undecided(error) from error
        return str(answer["status"]["token"]), _USED * float(answer["spec"]["expirationSeconds"])
