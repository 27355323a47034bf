"""The init container: fetches, and says how that ended."""

import json
import logging
import os
import signal
import sys
import threading
import time
import traceback

from referee_agent.fetch.errors import FetchError
from referee_agent.fetch.guard import Guard
from referee_agent.fetch.landing import Landing
from referee_agent.fetch.proxy import proxy
from referee_agent.fetch.settings import Settings

_PAUSES = (1.0, 4.0, None)
"""Seconds between tries; more is the operator's business, which starts the pod anew."""
_MESSAGE = 2048
_LEAVE = (signal.SIGTERM, signal.SIGINT)
_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy")

log = logging.getLogger("referee_agent.fetch")


def main() -> int:
    """Fetch once; returns the exit code."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _LEAVE)
    threading.Thread(target=_leave_when_told, name="signals", daemon=True).start()
    # of libraries nothing but errors: they log addresses, whose queries may be keys
    logging.basicConfig(level=logging.ERROR, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("referee_agent").setLevel(logging.INFO)
    settings: Settings | None = None
    try:
        settings = Settings.read(os.environ)
        resolved, size = _guarded(settings)
    except Exception as unexpected:  # noqa: BLE001 - whatever a library does must become a message
        error = unexpected if isinstance(unexpected, FetchError) else _unexpected(unexpected)
        log.error("%s: %s", error.reason, error)  # noqa: TRY400 - the text says it all
        _leave(settings, {"reason": error.reason, "message": str(error)[:_MESSAGE]})
        return 1
    log.info("fetched %d bytes, %s", size, resolved)
    _leave(settings, {"resolved": resolved, "bytes": size})
    return 0


def _leave_when_told() -> None:
    """End at once on SIGTERM. A thread, since the main one may be in a library that does not look up for hours."""
    number = signal.sigwait(_LEAVE)
    log.warning("told to stop; leaving")
    os._exit(128 + number)


def _unexpected(error: Exception) -> FetchError:
    """A fault of ours. Where it happened is logged and not its text, which may have an address with a key in it."""
    log.error("unexpected:\n%s", "".join(traceback.format_tb(error.__traceback__)))
    return FetchError(f"unexpected {type(error).__name__}; the log of the container says where")


def _guarded(settings: Settings) -> tuple[str, int]:
    """What the source came to, and its bytes."""
    guard = Guard(settings.networks, settings.max_bytes)
    landing = Landing(settings.dir, guard)
    with proxy(guard) as way_out:
        _set_environment(way_out)
        for pause in _PAUSES:
            try:
                landing.clear()
                resolved = _fetch(settings, landing, way_out)
                if guard.broken is not None:
                    raise guard.broken
            except FetchError as error:
                if guard.broken is not None:
                    raise guard.broken from None
                if pause is None or not error.again:
                    raise guard.trouble or error if error.again else error from None
                log.warning("%s; trying again in %g s", error, pause)
                time.sleep(pause)
            except OSError as error:
                raise guard.broken or FetchError(f"{settings.dir}: {error.strerror or type(error).__name__}") from None
            else:
                return resolved, landing.bytes
    raise AssertionError("the last try raises")


def _fetch(settings: Settings, landing: Landing, way_out: str) -> str:
    """The one that knows the source. Imported here: each library is large, and one of them is needed."""
    match settings.kind:
        case "http":
            from referee_agent.fetch import web  # noqa: PLC0415

            return web.fetch(settings, landing, way_out)
        case "s3":
            from referee_agent.fetch import bucket  # noqa: PLC0415

            return bucket.fetch(settings, landing, way_out)
        case "git":
            from referee_agent.fetch import repository  # noqa: PLC0415

            return repository.fetch(settings, landing, way_out)
        case _:
            from referee_agent.fetch import hub  # noqa: PLC0415

            return hub.fetch(settings, landing)


def _set_environment(way_out: str) -> None:
    """Point libraries that read their proxy from the environment at ours, with no exception."""
    for name in (*_VARIABLES, "no_proxy"):
        for variable in (name, name.upper()):
            os.environ.pop(variable, None)
            if name != "no_proxy":
                os.environ[variable] = way_out
    os.environ |= {
        "HF_HUB_DISABLE_XET": "1",  # a client of its own, which knows no proxy
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    }


def _leave(settings: Settings | None, message: dict[str, object]) -> None:
    """The termination message, in place: the kubelet mounted the file."""
    path = settings.termination_log if settings else os.environ.get("REFEREE_TERMINATION_LOG", "/dev/termination-log")
    try:
        with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 - a text or a path
            file.write(json.dumps(message))
    except OSError as error:
        log.warning("cannot write the termination message to %s: %s", path, error)


if __name__ == "__main__":
    sys.exit(main())
