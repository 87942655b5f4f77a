"""Weeks of visits in the company's own time zone, Monday to Sunday."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.tenancy.models import Tenant
from salesops.lib.periods import FIRST_DAY, LAST_DAY

_KEY = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Week:
    """The week that begins on the Monday `first`; `key` is its address, `2026-W13` (ISO 8601)."""

    first: date

    @classmethod
    def of(cls, day: date) -> Week:
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def read(cls, text: str, today: date) -> Week:
        """From an address; what is no week is this one."""
        match = _KEY.fullmatch(text)
        if match is None or not FIRST_DAY.year < int(match[1]) < LAST_DAY.year:
            return cls.of(today)
        try:
            return cls(date.fromisocalendar(int(match[1]), int(match[2]), 1))
        except ValueError:
            return cls.of(today)

    @property
    def key(self) -> str:
        year, number, _weekday = self.first.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def last(self) -> date:
        return self.first + 6 * _DAY

    @property
    def days(self) -> list[date]:
        return [self.first + index * _DAY for index in range(7)]

    @property
    def previous(self) -> Week:
        return Week(self.first - 7 * _DAY)

    @property
    def next(self) -> Week:
        return Week(self.first + 7 * _DAY)


def instants(tenant: Tenant, first: date, last: date) -> tuple[datetime, datetime]:
    """From the midnight that begins `first` up to, not including, the one that ends `last`."""
    zone = ZoneInfo(tenant.time_zone)
    return datetime.combine(first, time.min, zone), datetime.combine(last + _DAY, time.min, zone)
