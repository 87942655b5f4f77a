"""What is typed into the targets' pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salesops.lib.money import to_minor
from targets.cascade.metrics import METRICS
from targets.cascade.models import TargetNode


class TargetForm(forms.Form):
    """A new company target. Amounts are in whole currency, with thousands separators or without."""

    metric = forms.ChoiceField(
        label=_("Metric"), choices=lambda: [(metric.key, metric.label) for metric in METRICS.values()]
    )
    period = forms.CharField(label=_("Quarter"), max_length=7, help_text=_("A fiscal quarter, as 2026-Q1."))
    amount = forms.CharField(label=_("Company target"), max_length=30)
    step = forms.CharField(
        label=_("Round to"), max_length=30, initial="1", help_text=_("Every split amount is a multiple of it.")
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        # another quarter, another figure to begin from
        self.fields["period"].widget.attrs |= {
            "hx-get": "?",
            "hx-trigger": "change",
            "hx-target": "#target-form",
            "hx-swap": "outerHTML",
        }
        for name in ("amount", "step"):
            self.fields[name].widget.attrs["inputmode"] = "decimal"

    def minor(self, name: str) -> int:
        """Raises `DomainError` naming the field."""
        return to_minor(self.cleaned_data[name], self.currency, name)


class VersionForm(forms.Form):
    """The version of the plan that the actor was looking at."""

    version = forms.IntegerField(required=False)


class NodeForm(VersionForm):
    node = forms.IntegerField()


class SplitForm(NodeForm):
    method = forms.CharField(max_length=20)


class EditForm(NodeForm):
    amount = forms.CharField(max_length=30, strip=True)
    month = forms.RegexField(r"^\d{4}-(0[1-9]|1[0-2])$", required=False)

    def clean_month(self) -> date | None:
        text = self.cleaned_data["month"]
        return date.fromisoformat(f"{text}-01") if text else None


class WeightsForm(forms.Form):
    """A weight for each child; blank is 0."""

    def __init__(self, *args: Any, children: Iterable[TargetNode], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.children = list(children)
        for child in self.children:
            self.fields[f"weight_{child.pk}"] = forms.CharField(label=child.name, required=False, max_length=20)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for child in self.children:
            name = f"weight_{child.pk}"
            cleaned[name] = self._weight(cleaned.get(name, ""), name)
        return cleaned

    def _weight(self, text: str, name: str) -> Fraction:
        try:
            number = Decimal((text or "0").replace(",", ""))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not 0 <= number < 10**12:
            message = _("The weight of %(name)s must be a number from 0.") % {"name": self.fields[name].label}
            self.add_error(name, message)
            return Fraction(0)
        return Fraction(number)

    def weights(self) -> dict[int, Fraction]:
        return {child.pk: self.cleaned_data[f"weight_{child.pk}"] for child in self.children}
