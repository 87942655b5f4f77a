"""Make a company and its first admin."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.people.services import create_tenant
from salesops.lib.errors import DomainError, DomainErrors

_PASSWORD = "SALESOPS_ADMIN_PASSWORD"  # noqa: S105 (the variable's name)


class Command(BaseCommand):
    help = "Makes a company and its first admin. Bad input: one line per field on stderr, exit status 2."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the end of its address, as in /t/acme")
        parser.add_argument("--name", required=True)
        parser.add_argument("--currency", required=True, help="ISO 4217: USD")
        parser.add_argument("--time-zone", required=True, help="IANA: America/New_York")
        parser.add_argument("--fiscal-year-start", required=True, metavar="MONTH", help="1 to 12")
        parser.add_argument("--admin-email", required=True)
        parser.add_argument("--admin-password", help=f"else {_PASSWORD}, else none: it is set by the reset link")

        parser.add_argument(
            "--unguarded",
            action="store_true",
            help="admins and HR need no second factor and stay signed in when idle (a setting that can be changed)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = options["admin_password"] or os.environ.get(_PASSWORD) or None
        try:
            tenant = create_tenant(
                slug=options["slug"],
                name=options["name"],
                currency=options["currency"],
                time_zone=options["time_zone"],
                fiscal_year_start=_month(options["fiscal_year_start"]),
                admin_email=options["admin_email"],
                admin_password=password,
                is_guarded=not options["unguarded"],
            )
        except DomainError as error:
            for each in error.errors if isinstance(error, DomainErrors) else [error]:
                self.stderr.write(" ".join(str(each).split()))
            sys.exit(2)
        self.stdout.write(f"/t/{tenant.slug}/ is ready for {options['admin_email']}.{_hint(options, password)}")


def _month(text: str) -> int:
    """Read here rather than by argparse, so that the refusal reads like every other."""
    return int(text) if text.isascii() and text.isdigit() else 0


def _hint(options: dict[str, Any], password: str | None) -> str:
    if password:
        return ""
    return " Without a password, a new user sets one by “Forgot your password?” on the sign-in page."
