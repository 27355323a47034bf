"""Migrations of the store's tables, run by `referee.store.migrate`."""
