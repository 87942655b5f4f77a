"""The span of days that the figures of a home page are about: the month, quarter or year that runs."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.tenancy.models import Tenant
from salesops.lib.periods import Period, PeriodKind

PARAMETER = "span"
DEFAULT: PeriodKind = "quarter"
_LABELS: dict[PeriodKind, str | Promise] = {"month": _("Month"), "quarter": _("Quarter"), "year": _("Year")}


def read_span(query: Any) -> PeriodKind:
    """The kind of period that an address asks for; the quarter where it asks for none or for nonsense."""
    asked = query.get(PARAMETER, DEFAULT)
    return asked if asked in get_args(PeriodKind) else DEFAULT


def period_of(tenant: Tenant, query: Any, today: date) -> Period:
    """The period that runs today, of the kind asked for."""
    return tenant.calendar.containing(today, read_span(query))


def choices(current: PeriodKind) -> list[dict[str, Any]]:
    """For `{% segmented %}`."""
    return [
        {"label": label, "url": f"?{PARAMETER}={kind}", "current": kind == current} for kind, label in _LABELS.items()
    ]
