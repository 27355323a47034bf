"""The operator's process: `python -m referee`, or `referee-operator`."""

import asyncio
import gc
import os
import sys

from referee.app import Operator
from referee.environment import SettingsError, read
from referee.runtime.credentials import CredentialsError, load_credentials
from referee.runtime.logs import configure_logging
from referee.runtime.stack import allow_deep_json
from referee.settings import Settings


async def _run() -> int:
    settings = read(Settings, os.environ)
    configure_logging("text" if settings.log_format == "text" else "json", settings.log_level)
    ended_by = await Operator(settings, load_credentials()).run()
    if ended_by is not None:
        sys.stderr.write(f"referee-operator: ended: {ended_by}\n")
        return 1
    return 0


def main() -> None:
    """Run until SIGTERM; exit code 2 where it cannot start, 1 where it ended itself."""
    allow_deep_json()
    # A list is parsed into thousands of objects at a time: with Python's own threshold a quarter of a start's CPU goes
    # into looking for garbage among the many that stay.
    gc.freeze()
    gc.set_threshold(10_000)
    try:
        sys.exit(asyncio.run(_run()))
    except (SettingsError, CredentialsError) as error:
        sys.stderr.write(f"referee-operator: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
