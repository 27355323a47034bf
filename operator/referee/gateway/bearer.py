"""The one place that takes a bearer token out of a request, be it a person's or an adapter's."""

from collections.abc import Mapping


def bearer_in(headers: Mapping[str, str]) -> str:
    """The token of `Authorization: Bearer TOKEN`, empty if there is none; what stands in it is not looked at."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
