"""Merge patches (RFC 7386), which both dialects for people take."""


def merged(target: object, patch: object) -> object:
    """What the patch makes of the target, which stays as it is."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for field, value in patch.items():
        if value is None:
            result.pop(field, None)
        else:
            result[field] = merged(result.get(field), value)
    return result
