"""What Alembic runs around the migrations: our connection and our transaction, both made by `migrate.py`.

`alembic revision --autogenerate` is not set up on purpose: there are seven tables, a migration is written by hand, and
a test compares what all of them make with `tables.py`.
"""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
