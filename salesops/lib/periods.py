"""Months, quarters and years of a tenant's fiscal calendar.

Keys are `2026-01` (a calendar month), `2026-Q1` (a fiscal quarter) and `2026` (a fiscal year, named by the calendar
year in which it ends). Both days of a period are included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from salesops.lib.errors import DomainError, gettext_noop

PeriodKind = Literal["month", "quarter", "year"]
_KEY = re.compile(r"(?P<year>\d{4})(?:-(?:(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])))?", re.ASCII)

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2900, 12, 31)


def check_day(day: date | None, field: str) -> None:
    """Refuse a day outside the years of fiscal calendars; there, the day before or after may not even exist."""
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise DomainError("bad_date", gettext_noop("The year is out of range."), field)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """`start` and `end` are both inside; ordered by start."""

    start: date
    end: date
    kind: PeriodKind
    key: str

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def __str__(self) -> str:
        return self.key


def add_months(first: date, count: int) -> date:
    """The first day of the month `count` months after the month of `first`."""
    index = first.year * 12 + first.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def month_of(day: date) -> Period:
    start = day.replace(day=1)
    return Period(start, add_months(start, 1) - timedelta(days=1), "month", f"{start:%Y-%m}")


def months_between(first: date, last: date) -> list[Period]:
    """Every month from that of `first` to that of `last`, both included; empty when last is before first."""
    months = []
    start = first.replace(day=1)
    while start <= last:
        months.append(month_of(start))
        start = add_months(start, 1)
    return months


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """`start_month` (1 to 12) is the calendar month in which a fiscal year begins."""

    start_month: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.start_month <= 12:
            raise DomainError(
                "bad_month", gettext_noop("The fiscal year starts in a month from 1 to 12."), "fiscal_year_start"
            )

    def year_of(self, day: date) -> Period:
        return self._year(self._fiscal_year(day))

    def quarter_of(self, day: date) -> Period:
        return self._quarter(self._fiscal_year(day), (day.month - self.start_month) % 12 // 3 + 1)

    def containing(self, day: date, kind: PeriodKind) -> Period:
        return {"month": month_of, "quarter": self.quarter_of, "year": self.year_of}[kind](day)

    def parse(self, key: str, field: str = "period") -> Period:
        match = _KEY.fullmatch(key)
        if match is None or not FIRST_DAY.year <= int(match["year"]) <= LAST_DAY.year:
            raise DomainError(
                "bad_period",
                gettext_noop("“%(key)s” is not a period; write 2026-01, 2026-Q1 or 2026."),
                field,
                key=key,
            )
        year = int(match["year"])
        if match["month"]:
            return month_of(date(year, int(match["month"]), 1))
        return self._quarter(year, int(match["quarter"])) if match["quarter"] else self._year(year)

    def previous(self, period: Period) -> Period:
        return self.containing(period.start - timedelta(days=1), period.kind)

    def next(self, period: Period) -> Period:
        return self.containing(period.end + timedelta(days=1), period.kind)

    def _fiscal_year(self, day: date) -> int:
        return day.year + (1 if self.start_month > 1 and day.month >= self.start_month else 0)

    def _year(self, year: int) -> Period:
        start = date(year if self.start_month == 1 else year - 1, self.start_month, 1)
        return Period(start, add_months(start, 12) - timedelta(days=1), "year", f"{year}")

    def _quarter(self, year: int, number: int) -> Period:
        start = add_months(self._year(year).start, (number - 1) * 3)
        return Period(start, add_months(start, 3) - timedelta(days=1), "quarter", f"{year}-Q{number}")
