"""Lines of a UTF-8 file, with their numbers, one in memory at a time.

Read as bytes and decoded line by line, so that what is no UTF-8 has a line number. Ends are LF or CRLF; they are kept,
since inside a quoted cell they are content.
"""

from collections.abc import Iterator
from pathlib import Path

from referee_evaluators.data.problems import Broken

MAX_BYTES = 16 * 1024 * 1024
"""Of a line, and of a row: a file that is one endless line must not become memory."""
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def lines(path: Path) -> Iterator[tuple[int, str | Broken]]:
    """Every line from 1, with its end; after one that is too long nothing more."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_BYTES + 1):
            number += 1
            if number == 1:
                if line.startswith(_UTF16):
                    yield 1, Broken("the file is UTF-16: save it as UTF-8")
                    return
                line = line.removeprefix(_BOM)
            if len(line) > MAX_BYTES:
                yield number, Broken(f"is longer than {MAX_BYTES // 1024**2} MiB: is this the format that was named?")
                return
            try:
                yield number, line.decode()
            except UnicodeDecodeError as error:
                yield number, Broken(f"byte {error.start + 1} is no UTF-8 ({error.reason}): save the file as UTF-8")
