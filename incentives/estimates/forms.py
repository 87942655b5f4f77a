"""By when a deal would close, and at what amount."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pipeline.deals.facts import Prospect
from salesops.lib.money import from_minor, minor_digits, to_minor
from salesops.lib.periods import FiscalCalendar, month_of


def closing_days(deal: Prospect, today: date, calendar: FiscalCalendar) -> dict[str, date]:
    """The days one thinks in: today, the end of the month and of the quarter, and when the deal is expected."""
    days = {"month": month_of(today).end, "quarter": calendar.quarter_of(today).end, "today": today}
    if deal.expected_on is not None and deal.expected_on >= today:
        days["expected"] = deal.expected_on
    return days


class WhatIfForm(forms.Form):
    """Everything may be left out: the deal's own amount and the end of this month are taken then."""

    def __init__(self, data: Mapping[str, Any], *, deal: Prospect, currency: str, days: dict[str, date]) -> None:
        amount = None if deal.amount is None else from_minor(deal.amount, currency)
        super().__init__(data or {"closing": "month", "amount": amount}, auto_id="what_if_%s")
        self._deal, self._currency, self._days = deal, currency, days
        labels = {
            "month": _("end of the month, %(day)s"),
            "quarter": _("end of the quarter, %(day)s"),
            "today": _("today, %(day)s"),
            "expected": _("when it is expected, %(day)s"),
        }
        choices = [(key, labels[key] % {"day": date_format(day, "SHORT_DATE_FORMAT")}) for key, day in days.items()]
        self.fields["closing"] = forms.ChoiceField(label=_("Closing by"), required=False, choices=choices)
        self.fields["amount"] = forms.DecimalField(
            label=_("Amount"),
            required=False,
            min_value=0,
            max_digits=15,
            decimal_places=minor_digits(currency),
        )

    def choice(self) -> tuple[date, int | None]:
        """The day and the amount in minor units (None: nobody knows one) of a valid form."""
        day = self._days[self.cleaned_data["closing"] or "month"]
        amount = self.cleaned_data["amount"]
        return day, self._deal.amount if amount is None else to_minor(amount, self._currency)
