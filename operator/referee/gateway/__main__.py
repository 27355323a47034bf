"""The gateway's process: `python -m referee.gateway`, or `referee-gateway`."""

import asyncio
import os
import signal
import sys

import uvloop

from referee.environment import SettingsError, read
from referee.gateway.server import Gateway
from referee.gateway.settings import GatewaySettings
from referee.runtime.credentials import CredentialsError, load_credentials
from referee.runtime.logs import configure_logging
from referee.runtime.stack import allow_deep_json
from referee.store import UnusableStore


async def _run() -> None:
    settings = read(GatewaySettings, os.environ)
    configure_logging("text" if settings.log_format == "text" else "json", settings.log_level)
    gateway = Gateway(settings, load_credentials())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, gateway.stop)
    await gateway.run()


def main() -> None:
    """Run until SIGTERM or Ctrl-C; exit code 2 where it cannot start."""
    allow_deep_json()
    try:
        uvloop.run(_run())
    except (SettingsError, CredentialsError, UnusableStore) as error:
        sys.stderr.write(f"referee-gateway: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
