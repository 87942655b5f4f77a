"""`manage.py export_payouts`: the payout file of some months."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from accounts.tenancy.command import TenantCommand
from accounts.tenancy.models import Tenant
from incentives.payouts.exports import Format, left_out, not_computed, read_format, write_payouts
from salesops.lib.errors import DomainError, gettext_noop
from salesops.lib.exports import whole_file
from salesops.lib.periods import FiscalCalendar, Period, months_between


class Command(TenantCommand):
    help = (
        "Writes one row for each participant and month that had an assignment. Participants with an error are named on "
        "standard error and left out. Exit status 2: bad input; no file is written then."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--from", required=True, metavar="YYYY-MM", help="the first month")
        parser.add_argument("--to", required=True, metavar="YYYY-MM", help="the last month")
        parser.add_argument("--format", required=True, help="csv or xlsx")
        parser.add_argument("--output", required=True, type=Path, metavar="FILE")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        months, format = read_months(options["from"], options["to"]), read_format(options["format"])
        try:
            self._export(tenant, months, format, options["output"])
        except OSError as error:
            message = gettext_noop("%(path)s: %(reason)s.")
            raise DomainError("unwritable", message, "output", path=options["output"], reason=error.strerror) from error

    def _export(self, tenant: Tenant, months: list[Period], format: Format, path: Path) -> None:
        with transaction.atomic():
            with whole_file(path) as file:
                write_payouts(file, format, months, tenant.currency)
            for problem in left_out(months):
                self.stderr.write(str(problem), style_func=str)
            for month in not_computed(months):
                self.stderr.write(f"{month.key}: nothing has been computed for this month.", style_func=str)


def read_months(first: str, last: str) -> list[Period]:
    """The months from one key to another, both included."""
    calendar = FiscalCalendar()
    begins, ends = calendar.parse(first, "from"), calendar.parse(last, "to")
    for period, field in ((begins, "from"), (ends, "to")):
        if period.kind != "month":
            raise DomainError("not_a_month", gettext_noop("“%(key)s” is not a month."), field, key=period.key)
    if begins > ends:
        raise DomainError("bad_range", gettext_noop("%(key)s is before the first month."), "to", key=ends.key)
    return months_between(begins.start, ends.start)
