"""How deep a document is nested, without going down into it: level by level, so that no stack can end.

An API server takes free-form values that are nested 10,000 deep, and so does JSON that anybody posts. Nothing that
people evaluate is; but Python's own recursion, pydantic's and that of every adapter ends long before, each with another
exception in another place. So one bound stands where documents come in, and behind it nobody has to think of depth.
"""

DEEPEST = 100
"""Far more than a JSON Schema or a tool call has, far less than what anything here ends at (pydantic: 255)."""


def deeper_than(document: object, limit: int = DEEPEST) -> bool:
    """Whether lists and objects stand in one another more than `limit` deep."""
    level = [document]
    for _ in range(limit):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
