"""A part of a JSON text, moved on as it is read: values one by one, in bounded memory."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from referee_evaluators.data.lines import MAX_BYTES
from referee_evaluators.data.parsing import DECODER

_OF_NUMBERS = "0123456789.eE+-"
_SPACE = re.compile(r"[ \t\r\n]*")


class BadJSON(Exception):  # noqa: N818 - becomes a row's problem
    """The text is no JSON from some line on."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Window:
    """What is read and not yet gone past."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0
        self._ended = False
        self.line = 1
        """Where the next value starts, or white space before it."""

    def peek(self) -> str:
        """The next character that is not white space; empty at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._go(space.end() if space else self._at)
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def take(self, wanted: str, otherwise: str) -> None:
        """Go past a character that must come next."""
        if (found := self.peek()) != wanted:
            raise BadJSON(self.line, f"{otherwise}; found {found!r}" if found else f"ends before its {wanted!r}")
        self._go(self._at + 1)

    def at_end(self) -> None:
        """Nothing may follow."""
        if rest := self.peek():
            raise BadJSON(self.line, f"the array ends before here, and {rest!r} follows: one array a file")

    def value(self) -> Any:  # noqa: ANN401 - JSON
        """Go past the next value."""
        self.peek()
        while True:
            held = len(self._text) - self._at
            try:
                found, end = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                # It may only be cut. Twice as much each time, so that a long one is not read over and over.
                if held <= MAX_BYTES and self._more(held):
                    continue
                at = self.line + self._text.count("\n", self._at, error.pos)
                raise BadJSON(at, f"not JSON: {error.msg}") from None
            if self._text[self._at] not in '{["' and self._text[end : end + 1] in _OF_NUMBERS and self._more():
                continue  # it may go on
            self._go(end)
            return found

    def _go(self, to: int) -> None:
        self.line += self._text.count("\n", self._at, to)
        self._at = to

    def _more(self, least: int = 1) -> bool:
        """Read on; False at the end."""
        parts, size = [self._text[self._at :]], 0
        while size < least and not self._ended:
            chunk = next(self._chunks, b"")
            self._ended = not chunk
            try:
                parts.append(self._decoder.decode(chunk, final=self._ended))
            except UnicodeDecodeError as error:
                at = self.line + sum(part.count("\n") for part in parts) + chunk.count(b"\n", 0, error.start)
                raise BadJSON(at, "holds bytes that are no UTF-8: save the file as UTF-8") from None
            size += len(parts[-1])
        self._text, self._at = "".join(parts), 0
        return size > 0
