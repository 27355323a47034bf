"""Where a command is told to go. Apart, since `--help` must not cost what everything else here imports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flags:
    """What every command of a remote job takes."""

    context: str | None = None
    namespace: str | None = None
    gateway: str | None = None
    token_file: str | None = None
