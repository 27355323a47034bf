"""What one call of a user's code may use.

Constants and not fields of the resource: an evaluator is a function of one sample, and the ones people write need
milliseconds and a few MiB. What needs more belongs into an adapter of its own.
"""

from dataclasses import asdict, dataclass
from typing import Self

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """For one call, that is for one sample and one evaluator."""

    seconds: float = 10.0
    """Wall clock. The CPU may be used for as long, and a second more."""
    memory: int = 256 * MIB
    """Bytes of address space beyond what the modules take that are loaded beforehand."""
    call_bytes: int = 16 * MIB
    """Of the call: the arguments as JSON."""
    result_bytes: int = 64 * 1024
    """Of the answer: the returned value as JSON, with what was printed."""
    printed: int = 2000
    """Characters of printed text that are kept; the last ones."""

    def wire(self) -> dict[str, float]:
        """For the keeper's command line."""
        return asdict(self)

    @classmethod
    def read(cls, wire: dict[str, float]) -> Self:
        """The other way."""
        return cls(
            seconds=float(wire["seconds"]),
            memory=int(wire["memory"]),
            call_bytes=int(wire["call_bytes"]),
            result_bytes=int(wire["result_bytes"]),
            printed=int(wire["printed"]),
        )
