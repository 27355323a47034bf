"""The log: one line a record, as JSON for machines or as text for people, and never a credential in it.

Facts go into `extra`, not into the sentence: `log.info("reconciled", extra={"key": key, "writes": 2})`. kopf's own
lines pass the same formatter; its one INFO line per watch event is silenced, since it says nothing about our work.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, Literal

LogFormat = Literal["json", "text"]

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SECRETS = re.compile(
    r"(?P<scheme>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"
    r"|(?P<user>://[^/\s:@]+:)[^/\s@]+(?=@)"
)


def configure_logging(form: LogFormat = "json", level: int | str = logging.INFO) -> None:
    """Make the root logger write to stderr in this form; replaces what was configured before."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # One line for each watch event and handler; what matters is in our own line for each reconcile.
    logging.getLogger("kopf.objects").setLevel(logging.WARNING)


def redact(text: str) -> str:
    """Replace bearer tokens, JWTs and passwords in URLs."""
    return _SECRETS.sub(lambda m: f"{m['scheme'] or m['user'] or ''}[redacted]", text)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: ts, level, logger, msg, what `extra` brought, error."""

    def format(self, record: logging.LogRecord) -> str:
        """Render a record."""
        line: dict[str, Any] = {
            "ts": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "msg": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return redact(json.dumps(line, default=str, ensure_ascii=False))


class TextFormatter(logging.Formatter):
    """Time, level, sentence, facts as key=value."""

    def format(self, record: logging.LogRecord) -> str:
        """Render a record."""
        facts = "".join(f" {name}={value}" for name, value in _facts(record).items())
        text = f"{_time(record)} {record.levelname:<7} {record.name}: {record.getMessage()}{facts}"
        if record.exc_info:
            text += f"\n{self.formatException(record.exc_info)}"
        return redact(text)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    """Give what `extra` brought; keys of caches and queues read as "namespace/name"."""
    return {name: _fact(value) for name, value in vars(record).items() if name not in _STANDARD}


def _fact(value: object) -> object:
    if isinstance(value, tuple) and all(isinstance(part, str) for part in value):
        return "/".join(value)
    return value
