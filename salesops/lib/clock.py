"""The clock that views and tasks read; everything below them is told the time.

`SALESOPS_CLOCK_START` (an ISO time with offset) makes the process's clock start there and run on at normal speed, so
that a night of 2017 can be watched today. Services and selectors never call this module: they take `as_of`.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

_started = time.monotonic()


def now() -> datetime:
    """The current instant, in UTC."""
    if settings.CLOCK_START:
        start = datetime.fromisoformat(settings.CLOCK_START).astimezone(UTC)
        return start + timedelta(seconds=time.monotonic() - _started)
    return datetime.now(UTC)


def today(time_zone: str) -> date:
    """The calendar day it now is in the given time zone (a tenant's)."""
    return now().astimezone(ZoneInfo(time_zone)).date()
