"""How long to wait before the next try, by how often it has failed in a row."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubling from `first` to `most` seconds, plus jitter."""

    first: float = 1.0
    most: float = 300.0
    jitter: float = 0.2
    """Up to this share is added, so that what failed together does not come back together."""

    def delay(self, failures: int) -> float:
        """Seconds to wait after so many failures (1 is the first)."""
        # The exponent is capped before the power: at 2**1100 a float overflows.
        seconds = min(self.most, self.first * 2.0 ** min(failures - 1, 60))
        return seconds * (1 + self.jitter * random.random())  # noqa: S311 - no secret
