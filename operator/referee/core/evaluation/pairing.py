"""Which sample of an earlier run is which sample of this one.

By id and content together; what is then left, by content alone, so that a dataset whose ids were made anew still pairs.
An id alone never pairs: a corrected target makes another question of it. Which of several equal rows that are left
pairs with which is of no meaning, and the same every time.

Eight bytes of a digest stand for an id, and eight for a content: a dict of a million ids would be most of the
adapter's memory. Among a million samples on each side two different ones share them with a chance of 1 in 10^7.
"""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence


class Pairs:
    """The samples of the earlier run that this one has, too."""

    def __init__(self, ids: Sequence[int], positions: Sequence[int], unmatched: int) -> None:
        order = sorted(range(len(ids)), key=ids.__getitem__)
        self._ids = array("Q", (ids[at] for at in order))
        self._positions = array("q", (positions[at] for at in order))
        self.unmatched = unmatched
        """Samples of either run that the other lacks."""

    @property
    def matched(self) -> int:
        """Samples that both have."""
        return len(self._ids)

    def position(self, there: str) -> int | None:
        """Where in this run the sample is that has this id in the earlier one; None where it lacks it."""
        wanted = _short(there)
        at = bisect_left(self._ids, wanted)
        return self._positions[at] if at < len(self._ids) and self._ids[at] == wanted else None

    def positions(self) -> list[int]:
        """The samples of this run that are matched, in their order."""
        return sorted(self._positions)


class Pairing:
    """Takes the samples of both runs, in any order, and pairs them."""

    def __init__(self) -> None:
        self._here, self._there = _Side(), _Side()
        self._positions = array("q")

    def here(self, position: int, id_: str, key: str) -> None:
        """A sample of this run.

        Args:
            position: its place in the dataset, from 0.
            id_: its id.
            key: digest of its content.
        """
        self._here.add(id_, key)
        self._positions.append(position)

    def there(self, id_: str, key: str) -> None:
        """A sample of the earlier run; a record of another epoch of it changes nothing."""
        self._there.add(id_, key)

    def match(self) -> Pairs:
        """The pairs."""
        here, there = self._here, self._there
        pairs = list(_merge(here, there, here.distinct(), there.distinct(), by_id=True))
        mine, theirs = {h for h, _ in pairs}, {t for _, t in pairs}
        left = [at for at in here.distinct() if at not in mine]
        left_there = [at for at in there.distinct() if at not in theirs]
        pairs += _merge(here, there, left, left_there, by_id=False)
        unmatched = len(left) + len(left_there) - 2 * (len(pairs) - len(mine))
        return Pairs([there.ids[t] for _, t in pairs], [self._positions[h] for h, _ in pairs], unmatched)


class _Side:
    def __init__(self) -> None:
        self.ids, self.keys = array("Q"), array("Q")

    def add(self, id_: str, key: str) -> None:
        self.ids.append(_short(id_))
        self.keys.append(_short(key))

    def distinct(self) -> list[int]:
        """One index a sample, sorted by content and id."""
        order = sorted(range(len(self.ids)), key=lambda at: (self.keys[at], self.ids[at]))
        return [
            at
            for number, at in enumerate(order)
            if number == 0
            or (self.keys[at], self.ids[at]) != (self.keys[order[number - 1]], self.ids[order[number - 1]])
        ]


def _merge(
    here: _Side, there: _Side, mine: Sequence[int], theirs: Sequence[int], *, by_id: bool
) -> Iterator[tuple[int, int]]:
    """Pairs of two lists that are sorted by what they are paired by."""
    first = second = 0
    while first < len(mine) and second < len(theirs):
        h, t = mine[first], theirs[second]
        one = (here.keys[h], here.ids[h] if by_id else 0)
        other = (there.keys[t], there.ids[t] if by_id else 0)
        if one == other:
            yield h, t
        first += one <= other
        second += other <= one


def _short(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())
