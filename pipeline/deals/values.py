"""What people write into a deal, and what differs from what stands there."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pipeline.deals.models import Deal


@dataclass(frozen=True, slots=True)
class DealValues:
    """The writable fields of a deal. `amount` is in minor units, None while nobody knows; `closed_on` is only for deals
    that are won or lost."""

    owner_id: int
    customer_id: int | None = None
    product_id: int | None = None
    amount: int | None = None
    units: int = 1
    engaged_on: date | None = None
    expected_on: date | None = None
    closed_on: date | None = None
    title: str = ""
    next_step: str = ""
    next_step_on: date | None = None

    @classmethod
    def of(cls, deal: Deal) -> DealValues:
        return cls(**{field.name: getattr(deal, field.name) for field in fields(cls)})

    def changes_of(self, deal: Deal) -> dict[str, Any]:
        """Only what differs from the deal, by attribute."""
        wanted = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in wanted.items() if getattr(deal, name) != value}


LABELS: dict[str, str | Promise] = {
    "owner_id": _("owner"),
    "customer_id": _("customer"),
    "product_id": _("product"),
    "amount": _("amount"),
    "units": _("units"),
    "engaged_on": _("engaged on"),
    "expected_on": _("expected to close on"),
    "closed_on": _("closed on"),
    "stage_id": _("stage"),
    "title": _("title"),
    "next_step": _("next step"),
    "next_step_on": _("next step on"),
    "loss_reason": _("reason of the loss"),
    "loss_note": _("note on the loss"),
    "lines": _("line items"),
    "splits": _("splits"),
}
"""What a reader calls the attributes that `changes_of` and the audit trail name."""
