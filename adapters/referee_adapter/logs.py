"""Logging to stderr, with the model's credentials masked in every line, tracebacks included."""

import logging
import sys

from referee_adapter.credentials import Credentials


class _RedactingFormatter(logging.Formatter):
    def __init__(self, credentials: Credentials) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._credentials = credentials

    def format(self, record: logging.LogRecord) -> str:
        return self._credentials.redact(super().format(record))


def log_to_stderr(credentials: Credentials) -> None:
    """Set the root logger up; a framework that sets it up again would undo the masking, so call this last."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_RedactingFormatter(credentials))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)
