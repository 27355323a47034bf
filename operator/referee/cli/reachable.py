"""Whether anybody listens at the model's address, asked while the first adapter starts.

A hint and no gate: where a proxy stands between, only the adapter can tell. It saves a beginner the minute that an
adapter spends on trying again.
"""

import asyncio
import contextlib
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

_SECONDS = 3.0


async def trouble(url: str) -> str | None:
    """Why the address cannot be reached from here, with the remedy; None if it can, or nobody knows."""
    parts = urlsplit(url)
    host = parts.hostname
    if host is None or (parts.scheme in getproxies() and not proxy_bypass(host)):
        return None
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, ValueError) as error:  # TimeoutError is an OSError
        why = "no answer" if isinstance(error, TimeoutError) else getattr(error, "strerror", None) or str(error)
        return (
            f"the model cannot be reached at {url} ({why}): start its server, or say where it is from here with"
            " --model-url http://127.0.0.1:PORT/v1"
        )
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return None
