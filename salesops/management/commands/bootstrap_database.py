"""Make the three roles and the database on a PostgreSQL server."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2
from django.core.management.base import BaseCommand, CommandError, CommandParser
from psycopg2 import sql

from salesops.settings import env

_ROLES = {  # address → attributes
    "DATABASE_OWNER_URL": "NOSUPERUSER NOBYPASSRLS NOCREATEROLE",
    "DATABASE_URL": "NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB",
    "DATABASE_OPS_URL": "NOSUPERUSER BYPASSRLS NOCREATEROLE NOCREATEDB",
}


class Command(BaseCommand):
    help = (
        "Makes the owner, application and ops roles and the database that DATABASE_OWNER_URL, DATABASE_URL and "
        "DATABASE_OPS_URL name, over an administrator's address. Run again it changes nothing but passwords."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("admin_url", help="postgresql://administrator:password@host:port/postgres")
        parser.add_argument("--createdb", action="store_true", help="let the owner create databases, as tests need")

    def handle(self, *args: Any, **options: Any) -> None:
        urls = {name: urlsplit(env(name)) for name in _ROLES}
        missing = [name for name, url in urls.items() if not url.username or not url.path.strip("/")]
        if missing:
            raise CommandError(f"{missing[0]}: must be set and name a role and a database.", returncode=2)
        try:
            self._bootstrap(options["admin_url"], urls, "CREATEDB" if options["createdb"] else "NOCREATEDB")
        except psycopg2.Error as error:
            raise CommandError(f"admin_url: {str(error).strip()}", returncode=2) from error

    def _bootstrap(self, admin_url: str, urls: dict[str, Any], createdb: str) -> None:
        templates = ["template1"] if createdb == "CREATEDB" else []  # where test databases come from
        database = urls["DATABASE_URL"].path.strip("/")
        owner, app, ops = (urls[name].username for name in ("DATABASE_OWNER_URL", "DATABASE_URL", "DATABASE_OPS_URL"))
        connection = psycopg2.connect(admin_url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            for name, attributes in _ROLES.items():
                extra = f" {createdb}" if name == "DATABASE_OWNER_URL" else ""
                self._role(cursor, urls[name], attributes + extra)
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*map(sql.Identifier, (database, owner))))
            cursor.execute(
                sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}, {}").format(
                    *map(sql.Identifier, (database, app, ops))
                )
            )
        connection.close()
        self._defaults(admin_url, [database, *templates], owner, app, ops)
        self.stdout.write(f"Database {database} is ready for {owner} (owner), {app} (application) and {ops} (ops).")

    def _defaults(self, admin_url: str, databases: list[str], owner: str, app: str, ops: str) -> None:
        """The application reads and writes what the owner makes; ops does too, past the policies.

        Default privileges belong to one database, so they are set in each that is named.
        """
        for name in databases:
            connection = psycopg2.connect(urlsplit(admin_url)._replace(path=f"/{name}").geturl())
            connection.autocommit = True
            names = {"owner": sql.Identifier(owner), "app": sql.Identifier(app), "ops": sql.Identifier(ops)}
            with connection.cursor() as cursor:
                for statement in (
                    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES "
                    "TO {app}, {ops}",
                    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {app}, {ops}",
                    "GRANT CREATE, USAGE ON SCHEMA public TO {owner}",
                    "GRANT USAGE ON SCHEMA public TO {app}, {ops}",
                ):
                    cursor.execute(sql.SQL(statement).format(**names))
            connection.close()

    def _role(self, cursor: Any, url: Any, attributes: str) -> None:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [url.username])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        cursor.execute(
            sql.SQL("{verb} ROLE {role} LOGIN {attributes} PASSWORD {password}").format(
                verb=sql.SQL(verb),
                role=sql.Identifier(url.username),
                attributes=sql.SQL(attributes),
                password=sql.Literal(unquote(url.password or "") or None),
            )
        )
