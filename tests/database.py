"""The test database: made, migrated and emptied over the owner's connection, used over the application's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg2 import sql

# Filled by migrations, not by tests.
_KEPT = {"django_migrations", "django_content_type"}


@contextmanager
def raw_cursor(alias: str, database: str | None = None) -> Iterator[Any]:
    """A cursor on a connection of its own, outside Django and the test's transaction; each statement commits."""
    config = settings.DATABASES[alias]
    connection = psycopg2.connect(
        dbname=database or config["NAME"],
        user=config["USER"],
        password=config["PASSWORD"],
        host=config["HOST"],
        port=config["PORT"],
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def create(*, keep: bool) -> None:
    """Make the database, or go on with the one that an earlier run kept, and bring it up to the migrations."""
    name = settings.DATABASES["owner"]["NAME"]
    if not keep:
        drop()
    with raw_cursor("owner", "postgres") as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    call_command("migrate", verbosity=0)
    connections["owner"].close()


def drop() -> None:
    name = settings.DATABASES["owner"]["NAME"]
    assert name.startswith("test_"), f"{name} is not a test database"
    connections.close_all()
    for alias in ("default", "ops", "owner"):  # each role may end its own connections only
        with raw_cursor(alias, "postgres") as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
                [name],
            )
    with raw_cursor("owner", "postgres") as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def empty() -> None:
    """Truncate what a transactional test has written; the application's role has no TRUNCATE.

    Which tables have rows is asked over the ops connection, the only one that sees every tenant's.
    """
    with raw_cursor("ops") as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        tables = sorted({name for (name,) in cursor.fetchall()} - _KEPT)
        probe = sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})")
        probes = [probe.format(sql.Literal(name), sql.Identifier(name)) for name in tables]
        cursor.execute(sql.SQL(" UNION ALL ").join(probes))
        written = [name for (name,) in cursor.fetchall()]
    if written:
        with raw_cursor("owner") as cursor:
            cursor.execute("SET lock_timeout = '20s'")  # a connection that the test left in a transaction fails here
            cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(map(sql.Identifier, written))))
