from pathlib import Path

import pytest

from referee.store.address import PostgresqlAddress, SqliteAddress, address_of
from referee.store.errors import UnusableStore

SECRET = "s3cret"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:////data/referee.db", "/data/referee.db"),
        ("sqlite:///referee.db", "referee.db"),
        ("sqlite:////data/with space/a@b:c.db", "/data/with space/a@b:c.db"),
    ],
)
def test_a_file(url: str, path: str) -> None:
    assert address_of(url) == SqliteAddress(Path(path))


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_server_gets_the_url_as_it_is(scheme: str) -> None:
    url = f"{scheme}://referee:{SECRET}@db.example:5433/evals?sslmode=verify-full&sslrootcert=/ca.crt"

    address = address_of(url)

    assert isinstance(address, PostgresqlAddress)
    assert address.dsn.replace("%2F", "/") == url
    assert str(address) == "PostgreSQL postgresql://referee@db.example:5433/evals"


@pytest.mark.parametrize("host", ["[::1]:5432", "one:5432,two:5433", "db", ""])
def test_any_host_that_libpq_takes(host: str) -> None:
    assert str(address_of(f"postgresql://referee@{host}/evals")) == f"PostgreSQL postgresql://referee@{host}/evals"


def test_a_password_is_never_shown() -> None:
    address = address_of(f"postgresql://referee:{SECRET}@db/evals?password={SECRET}")

    assert SECRET not in f"{address} {address!r}"


def test_a_file_with_the_password_is_not_the_drivers_business() -> None:
    address = address_of("postgresql://referee@db/evals?passwordfile=/var/run/secrets/db/password&sslmode=require")

    assert isinstance(address, PostgresqlAddress)
    assert address.dsn == "postgresql://referee@db/evals?sslmode=require"
    assert address.password_file == Path("/var/run/secrets/db/password")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "referee.db",
        "/data/referee.db",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:////data/referee.db?mode=ro",
        "sqlite://data/referee.db",
        f"mysql://referee:{SECRET}@db/evals",
        f"postgresql+asyncpg://referee:{SECRET}@db/evals",
        f"postgresql://referee:{SECRET}[@db/evals",
        f"postgresql://referee:{SECRET}/x@db/evals",
        f"postgresql://referee:{SECRET}#x@db/evals",
        f"postgresql://referee:{SECRET}?x@db/evals",
        f"postgresql://referee:12345/{SECRET}@db/evals",
        f"postgresql://referee:{SECRET}:x@db:y/evals",
    ],
)
def test_anything_else_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(UnusableStore) as refused:
        address_of(url)

    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None
