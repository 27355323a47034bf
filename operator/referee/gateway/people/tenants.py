"""The tenant of a request: a namespace, given by `X-Tenant` or by whose token it is.

Before any call: the name becomes part of a path at the API server, so nothing but a DNS label gets that far.
"""

import re
from collections.abc import Callable

from referee.gateway.errors import Malformed, NotPermitted

LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
"""What a namespace can be called."""
_ACCOUNT = "system:serviceaccount:"


def tenant_of(given: str | None, user: str, serves: Callable[[str], bool]) -> str:
    """The namespace that the request is about.

    Args:
        given: the header `X-Tenant`, if there is one.
        user: who calls; a ServiceAccount has a namespace of its own.
        serves: whether this gateway has to do with a namespace.

    Raises:
        Malformed: no tenant, or what can be none.
        NotPermitted: this gateway does not serve it.
    """
    tenant = given or _home(user)
    if tenant is None:
        raise Malformed(
            f"the header X-Tenant is missing: send the namespace, since user {user} is no ServiceAccount with one",
            code="missing_tenant_header",
        )
    if not LABEL.fullmatch(tenant):
        raise Malformed(f"X-Tenant: {tenant!r} is no namespace: lower case letters, digits and -, at most 63")
    if not serves(tenant):
        where = "X-Tenant" if given else f"the namespace of {user}"
        raise NotPermitted(
            f"{where}: this gateway does not serve the namespace {tenant}; name one that it serves, or have the "
            "administrator add it to REFEREE_NAMESPACES (scope.namespaces of the chart)"
        )
    return tenant


def _home(user: str) -> str | None:
    """The namespace of a ServiceAccount."""
    if not user.startswith(_ACCOUNT):
        return None
    return user[len(_ACCOUNT) :].partition(":")[0] or None
