"""Columns of cells in as few bytes as their content needs.

Most scores take few values (true and false, one to five, a share of four epochs) and most words of metadata recur, so a
cell is a byte that says which of the values known so far it is. Where more turn up the column is copied once into wider
cells. A boolean score then costs one byte a sample and not eight; one that is different everywhere costs its eight.
Rejected: numpy, whose import alone takes as much memory as a million cells.
"""

import math
from array import array
from collections import Counter
from collections.abc import Iterable

NOTHING = 0
"""The number of a cell that holds nothing."""
_WIDER = {"B": "H", "H": "I"}
_MOST = {"B": 2**8 - 1, "H": 2**16 - 1, "I": 2**32 - 1}


class Indices:
    """A small number a cell."""

    def __init__(self) -> None:
        self.numbers = array("B")
        """NOTHING where none was put. To be read at once, since a wider one may take its place."""
        self._most = _MOST["B"]

    def __len__(self) -> int:
        return len(self.numbers)

    def reach(self, size: int) -> None:
        """Make sure that there are so many cells."""
        missing = size - len(self.numbers)
        if missing > 0:
            self.numbers.frombytes(bytes(missing * self.numbers.itemsize))

    def put(self, cell: int, number: int) -> None:
        """Set a cell that is there."""
        if number > self._most:
            wider = _WIDER[self.numbers.typecode]
            self.numbers = array(wider, self.numbers)
            self._most = _MOST[wider]
        self.numbers[cell] = number


class Words:
    """A word a cell."""

    def __init__(self) -> None:
        self.names: list[str | None] = [None]
        """By number; the first is that of a cell without a word."""
        self._indices = Indices()
        self._known: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._indices)

    @property
    def numbers(self) -> "array[int]":
        """Which of `names` each cell is."""
        return self._indices.numbers

    def reach(self, size: int) -> None:
        """Make sure that there are so many cells."""
        self._indices.reach(size)

    def put(self, cell: int, word: str | None) -> None:
        """Set a cell."""
        self.reach(cell + 1)
        if word is None:
            self._indices.put(cell, NOTHING)
            return
        number = self._known.setdefault(word, len(self.names))
        if number == len(self.names):
            self.names.append(word)
        self._indices.put(cell, number)

    def at(self, cell: int) -> int:
        """The number of its word; NOTHING where it has none."""
        return self.numbers[cell] if cell < len(self) else NOTHING


class Numbers:
    """A number a cell; NaN where there is none."""

    def __init__(self) -> None:
        self.codes = array("B")
        """Which of `distinct` each cell is; empty once there are too many of those."""
        self.distinct = [math.nan]
        self.wide: array[float] | None = None
        """The numbers themselves, where they are too many."""
        self._known: dict[float, int] = {}

    def __len__(self) -> int:
        return len(self.codes if self.wide is None else self.wide)

    def __getitem__(self, cell: int) -> float:
        return self.distinct[self.codes[cell]] if self.wide is None else self.wide[cell]

    def reach(self, size: int) -> None:
        """Make sure that there are so many cells."""
        missing = size - len(self)
        if missing > 0 and self.wide is None:
            self.codes.frombytes(bytes(missing))
        elif missing > 0 and self.wide is not None:
            self.wide.extend(array("d", [math.nan]) * missing)

    def put(self, cell: int, value: float | None) -> None:
        """Set a cell that is there."""
        if self.wide is None:
            number = NOTHING if value is None else self._number(value)
            if number <= _MOST["B"]:
                self.codes[cell] = number
                return
            self.wide = array("d", (self.distinct[code] for code in self.codes))
            self.codes, self.distinct, self._known = array("B"), [], {}
        self.wide[cell] = math.nan if value is None else value + 0.0

    def counted(self, cells: Iterable[int]) -> Counter[float]:
        """How often each number is in these cells."""
        if self.wide is not None:
            return Counter(map(self.wide.__getitem__, cells))
        by_code = Counter(map(self.codes.__getitem__, cells))
        return Counter({self.distinct[code]: size for code, size in by_code.items()})

    def _number(self, value: float) -> int:
        number = self._known.get(value)
        if number is None:
            number = self._known[value] = len(self.distinct)
            self.distinct.append(value + 0.0)  # zero has one sign, whichever came first
        return number
