"""Compute one night by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.jobs.models import JobRun, JobState
from accounts.jobs.selectors import step
from accounts.tenancy.command import TenantCommand
from accounts.tenancy.models import Tenant
from salesops import nightly
from salesops.lib import clock
from salesops.lib.errors import DomainError, gettext_noop
from salesops.lib.periods import check_day


class Command(TenantCommand):
    help = (
        "Runs the steps of a night in this process, without worker or Redis: every open month is computed up to the "
        "day before DATE. Run again it computes again; the nights page shows the newest run. Exit status 1: a step "
        "failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="the local date of the night")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        day = _day(options["date"], tenant)
        stopped = 0
        for job in nightly.run_night(tenant, day):
            self._report(job)
            stopped += job.state == JobState.DEAD
        if stopped:
            raise CommandError(f"{stopped} of the night's steps failed; what the others computed is kept.")

    def _report(self, job: JobRun) -> None:
        row = step(job)
        counts = ", ".join(map(str, row.counts))
        self.stdout.write(f"{job.kind}  {job.state}  {row.took}  {counts}".rstrip())
        for warning in job.warnings:
            self.stderr.write(f"  {job.kind}: {warning}")
        for line in job.error.splitlines():
            self.stderr.write(f"  {job.kind}: {line}")


def _day(text: str, tenant: Tenant) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        message = gettext_noop("“%(text)s” is not a date like 2018-01-01.")
        raise DomainError("bad_date", message, "date", text=text) from None
    check_day(day, "date")
    if day > tenant.day_of(clock.now()):
        message = gettext_noop("%(day)s has not begun yet in %(time_zone)s.")
        raise DomainError("not_begun", message, "date", day=day, time_zone=tenant.time_zone)
    return day
