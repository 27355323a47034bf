"""Exits 0 once the agent listens: the startup probe, which the kubelet runs inside the container.

    python -m referee_agent.ready [SECONDS]      goes on trying for so long

A probe that waits is one process; one that is repeated each second is many, of each pod of a node that is busy anyway.

The agent is on loopback, where no probe of the kubelet's own reaches it. The adapter starts after this, so that its
first post finds somebody.
"""

import os
import socket
import sys
import time

_PAUSE = 0.1


def main() -> int:
    """Try; returns the exit code."""
    port = int(os.environ.get("REFEREE_AGENT_PORT") or 8080)
    end = time.monotonic() + float(sys.argv[1] if len(sys.argv) > 1 else 0)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except OSError as error:
            if time.monotonic() >= end:
                print(f"127.0.0.1:{port}: {error}", file=sys.stderr)
                return 1
            time.sleep(_PAUSE)
        else:
            return 0


if __name__ == "__main__":
    sys.exit(main())
