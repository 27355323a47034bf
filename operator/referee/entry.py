"""The programs whose packages come with an extra: without it they say which, instead of a traceback.

The base install is the operator alone; `referee` and `referee-gateway` are scripts of it all the same.
"""

import sys
from importlib import import_module


def cli() -> None:
    """`referee`."""
    _start("referee", "cli", "referee.cli.main")


def gateway() -> None:
    """`referee-gateway`."""
    _start("referee-gateway", "gateway", "referee.gateway.__main__")


def _start(program: str, extra: str, module: str) -> None:
    try:
        found = import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "referee":
            raise
        sys.stderr.write(f"{program}: {error.name} is not installed: pip install 'referee[{extra}]'\n")
        sys.exit(2)
    found.main()
