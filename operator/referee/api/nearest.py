"""What somebody meant who wrote a name that does not exist: a field, an id, a parameter.

By likeness and not by prefix alone, since letters are swapped more often than forgotten at the end. Upper and lower
case are the same here: nobody means another thing by them. Where nothing is near, a list of what there is says more
than a guess.
"""

import difflib
from collections.abc import Iterable

_NEAR = 0.7
"""From this likeness on another name is taken for what was meant."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one that was probably meant; None if none is near."""
    by_sound = {other.lower(): other for other in known}
    near = difflib.get_close_matches(name.lower(), by_sound, n=1, cutoff=_NEAR)
    return by_sound[near[0]] if near else None


def closest_first(name: str, known: Iterable[str]) -> list[str]:
    """All of them: those that begin like it, then the others by likeness, then by name."""
    sound = name.lower()
    # the matcher keeps what it knows of its second text, so that one is set once
    matcher = difflib.SequenceMatcher(b=sound, autojunk=False)

    def distance(other: str) -> tuple[bool, float, str]:
        matcher.set_seq1(other.lower())
        return not other.lower().startswith(sound), -matcher.ratio(), other

    return sorted(set(known), key=distance)


def alternatives(name: str, known: Iterable[str], *, limit: int = 8) -> str:
    """What there is instead, for the end of a sentence: `; did you mean 'gsm8k'? There are gsm8k, bbh, …`."""
    ordered = closest_first(name, known)
    if not ordered:
        return "; there are none"
    more = f" and {len(ordered) - limit} more" if len(ordered) > limit else ""
    meant = nearest(name, ordered)
    opening = f"; did you mean {meant!r}? There are" if meant else "; there are"
    return f"{opening} {', '.join(ordered[:limit])}{more}"
