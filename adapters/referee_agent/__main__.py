"""The agent: what is put together, and what happens from SIGTERM on.

A native sidecar gets SIGTERM when the adapter is gone. What the spool holds then is delivered until the grace is over.
The termination message is written whenever something about a final result changes and not only at the end, since an
agent that is killed has no end.
"""

import logging
import os
import signal
import sys
import threading

from referee_agent import summary
from referee_agent.forwarder import Forwarder
from referee_agent.gateway import Gateway
from referee_agent.oci.passing import Registry
from referee_agent.server import AgentServer
from referee_agent.settings import Job, Settings, SettingsError
from referee_agent.spool import Spool

_LEAVE = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger("referee_agent")


def main() -> int:
    """Serve until SIGTERM, then deliver what is left; returns the exit code."""
    # blocked in every thread and waited for: a handler that sets an event can meet the wait for it half-way, and hang
    signal.pthread_sigmask(signal.SIG_BLOCK, _LEAVE)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        settings = Settings.read(os.environ)
        job = Job.read(settings.job_spec)
        spool = Spool(settings.spool, job, settings.spool_bytes)
    except (SettingsError, OSError) as error:
        log.error("%s", error)  # noqa: TRY400 - the text says it all
        return 1
    lock = threading.Lock()

    def summarise() -> None:
        with lock:
            if (final := spool.final()) is not None:
                summary.write(settings.termination_log, final.result, undelivered=not final.delivered)

    summarise()
    registry = Registry(settings) if settings.oci_host and settings.oci_repository else None
    server = AgentServer(settings, job, spool, registry, summarise)
    threading.Thread(target=server.serve_forever, name="server", daemon=True).start()
    forwarder = Forwarder(spool, Gateway(settings, job), summarise)
    forwarder.start()
    log.info("listening on %s:%d for %s, %d events wait", *server.server_address[:2], job.id, len(spool))
    signal.sigwait(_LEAVE)
    if not forwarder.finish(settings.grace_seconds):
        log.error("left with %d events that the gateway has not got", len(spool))
    summarise()
    return 0


if __name__ == "__main__":
    sys.exit(main())
