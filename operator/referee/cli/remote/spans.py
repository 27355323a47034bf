"""Spans of time as people type them."""

import re

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SPAN = re.compile(r"([0-9]{1,9})([smhd]?)")


def seconds(text: str) -> int:
    """The length of a span such as 30s, 5m, 2h or 1d; a bare number is seconds.

    Raises:
        ValueError: it is none.
    """
    found = _SPAN.fullmatch(text)
    if found is None or int(found[1]) == 0:
        raise ValueError(f"{text!r} is no span of time; write one such as 30s, 5m, 2h or 1d")
    return int(found[1]) * _SECONDS[found[2] or "s"]
