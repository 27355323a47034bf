"""Where results go: the standard output, or a file that is there whole or not at all."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from referee.local.errors import LocalError


@contextlib.contextmanager
def standard_output_to(file: Path | None) -> Iterator[None]:
    """Everything that is printed within goes to the file, which takes its name at the end.

    Raises:
        LocalError: it cannot be written.
    """
    if file is None:
        yield
        return
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=file.parent, prefix=f".{file.name}.", encoding="utf-8", newline="", delete=False
        ) as made:
            try:
                with contextlib.redirect_stdout(made):
                    yield
                made.flush()
                Path(made.name).chmod(0o644)
                os.fsync(made.fileno())
                Path(made.name).replace(file)
            except BaseException:
                Path(made.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise LocalError([f"{file}: cannot be written: {error.strerror or error}; name another with -o"]) from None
    sys.stderr.write(f"written: {file}\n")
