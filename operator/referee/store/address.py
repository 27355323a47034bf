"""Reads the store's URL as users write it: which database, where, and what of it may be shown.

`sqlite:////data/referee.db` is a file; `postgresql://user:password@host/database?sslmode=verify-full` is libpq's form
and goes to asyncpg as it is, which also reads PGPASSWORD, PGPASSFILE and the other variables of libpq. One parameter is
ours: `passwordfile=/path` names a file with nothing but the password, read at every connect, so that a rotated Secret
needs no restart. An address as text never has a password; nothing else of this package writes a URL anywhere.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from referee.store.errors import UnusableStore

PASSWORD_FILE = "passwordfile"  # noqa: S105 - a parameter's name


@dataclass(frozen=True, slots=True)
class SqliteAddress:
    """A file."""

    path: Path

    def __str__(self) -> str:
        return f"SQLite {self.path}"


@dataclass(frozen=True, slots=True)
class PostgresqlAddress:
    """A server."""

    dsn: str = field(repr=False)
    shown: str
    """Without what is secret."""
    password_file: Path | None = None

    def __str__(self) -> str:
        return f"PostgreSQL {self.shown}"


Address = SqliteAddress | PostgresqlAddress


def address_of(url: str) -> Address:
    """What the URL names.

    Raises:
        UnusableStore: it names no database that we have a driver for; the text shows nothing of it but the scheme.
    """
    scheme, colon, rest = url.partition("://")
    match scheme if colon else "":
        case "sqlite":
            return _sqlite(rest)
        case "postgresql" | "postgres":
            return _postgresql(url)
    known = "sqlite:////path/to/file.db or postgresql://user@host/database"
    raise UnusableStore(f"the store's URL must be {known}; its scheme is {scheme if colon else 'missing'!r}")


def _sqlite(rest: str) -> SqliteAddress:
    path = rest.removeprefix("/")
    if not rest.startswith("/") or path in ("", ":memory:") or "?" in path:
        raise UnusableStore(
            "an SQLite store is a file, sqlite:////absolute/path.db or sqlite:///relative.db, without parameters"
        )
    return SqliteAddress(Path(path))


def _postgresql(url: str) -> PostgresqlAddress:
    parts = _split(url)
    user, at, hosts = parts.netloc.rpartition("@")
    # A character that was to be escaped ends the password early, and its rest may stand anywhere.
    if parts.fragment or (not at and "@" in url) or not all(_HOST.fullmatch(host) for host in hosts.split(",")):
        raise _unreadable()
    parameters = parse_qsl(parts.query, keep_blank_values=True)
    files = [value for name, value in parameters if name == PASSWORD_FILE]
    kept = [(name, value) for name, value in parameters if name != PASSWORD_FILE]
    shown = SplitResult("postgresql", user.partition(":")[0] + at + hosts, parts.path, "", "").geturl()
    dsn = parts._replace(query=urlencode(kept)).geturl()
    return PostgresqlAddress(dsn, shown, Path(files[-1]) if files else None)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise _unreadable() from None


def _unreadable() -> UnusableStore:
    return UnusableStore(
        "the store's URL cannot be read: in user, password and database escape @ : / ? # [ ] as %40 %3A %2F %3F %23 ..."
    )


_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]@]*)(:\d*)?")
