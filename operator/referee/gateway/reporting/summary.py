"""What of a result stands on its child: cut to the size of an annotation, with the whole's digest where it lacks any.

Here and not where an event is read, since only a cluster has such a limit: on a laptop a result is a file, whole.
"""

import re
from collections.abc import Collection

from referee.core import result
from referee.gateway.errors import TooLarge
from referee.gateway.reporting.children import Document

_FIELD = re.compile(r"_(stderr|ci_lower|ci_upper)$")


def summary_of(document: Document, kept: Collection[str]) -> dict[str, object]:
    """The result within the size of an annotation; metrics that the plan names survive.

    Raises:
        TooLarge: what must be kept of it is too much.
    """
    wanted = {_base(name) for name in kept}
    names = [metric["name"] for metric in document.get("metrics") or ()]
    small = result.summary(dict(document), frozenset(name for name in names if _base(name) in wanted))
    if len(result.canonical(small)) > result.MAX_BYTES:
        raise TooLarge(f"the result is over {result.MAX_BYTES} bytes even when cut: shorten its names and texts")
    return small


def _base(name: str) -> str:
    """The metric that a reported name belongs to: `acc` for `acc,none` and `acc_stderr,none`."""
    return _FIELD.sub("", name.partition(",")[0])
