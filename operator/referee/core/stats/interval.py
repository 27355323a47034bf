"""What every family of intervals gives: two ends and the name of the method, which never travel apart."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided confidence interval."""

    low: float
    high: float
    method: str
    """How it was made, as shown to people; at most 64 characters."""

    def within(self, low: float, high: float) -> "Interval":
        """The same interval cut to where the values can lie."""
        return Interval(min(max(self.low, low), high), max(min(self.high, high), low), self.method)
