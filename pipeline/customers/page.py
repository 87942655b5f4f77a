"""Everything on one customer's page, put together from selectors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.access.panels import ShownPanel
from accounts.access.policy import has
from accounts.access.views import TenantRequest, today
from pipeline.activities.composer import OFFERED_DEALS, Composer
from pipeline.contacts.models import Contact
from pipeline.contacts.selectors import contacts_of
from pipeline.customers.figures import DealFigures, deal_figures, open_deals
from pipeline.customers.history import purchases
from pipeline.customers.models import Customer
from pipeline.customers.owners import owners_of
from pipeline.customers.selectors import may_edit, silent_days
from pipeline.deals.models import Deal
from pipeline.deals.selectors import NEWEST, DealFilter, find_deals
from pipeline.slots import customer_panels

_DEALS_SHOWN = 50
_BESIDE = 6  # open deals and people in the columns beside the timeline


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the page; `count` as in the tab's label, None where nobody has counted."""

    name: str
    label: str | Promise
    url: str
    current: bool
    count: int | None = None


def customer_page(request: TenantRequest, customer: Customer) -> dict[str, Any]:
    """The page's context, with the content of the tab that the address names."""
    actor, day = request.actor, today(request)
    panels = customer_panels.shown_to(actor, customer_id=customer.pk)
    sections = [panel for panel in panels if panel.place == "main"]
    contacts = contacts_of(customer.pk)
    figures = deal_figures(actor, customer.pk, day)
    tabs = _tabs(request, customer, sections, contacts, figures)
    current = next(tab.name for tab in tabs if tab.current)
    beside = open_deals(actor, customer.pk, day, OFFERED_DEALS) if figures.open and current != "deals" else []
    may_log = has(actor, "activities.log")
    return {
        "customer": customer,
        "today": day,
        "parts": tabs,
        "silent_days": silent_days(customer, day),
        "tab": current,
        "section": next((panel for panel in sections if panel.name == current), None),
        "panels": [panel for panel in panels if panel.place == "aside"],
        "figures": figures,
        "purchases": purchases(actor, customer.pk, day),
        "contacts": contacts,
        "people": [contact for contact in contacts if not contact.has_left][:_BESIDE],
        "owners": owners_of(customer.pk),
        "open_deals": beside[:_BESIDE],
        "deals": _deals(actor, customer, day) if current == "deals" else [],
        "composer": Composer.for_customer(request, customer, contacts, beside) if may_log else None,
        "may_log": may_log,
        "may_edit": may_edit(actor, customer, day),
        "may_add_deal": has(actor, "deals.edit"),
        "may_visit": has(actor, "visits.edit"),
    }


def _tabs(
    request: TenantRequest,
    customer: Customer,
    sections: list[ShownPanel],
    contacts: list[Contact],
    figures: DealFigures,
) -> list[Tab]:
    """Timeline, deals and contacts, then what other rooms and apps have put on the page."""
    address = reverse("customer_detail", args=[request.tenant.slug, customer.pk])
    parts: list[tuple[str, str | Promise, int | None]] = [
        ("timeline", _("Timeline"), None),
        ("deals", _("Deals"), figures.deals),
        ("contacts", _("Contacts"), len(contacts)),
        *((panel.name, panel.title, None) for panel in sections),
    ]
    asked = request.GET.get("tab", "")
    current = asked if asked in {name for name, *__ in parts} else "timeline"
    return [
        Tab(name, label, address if name == "timeline" else f"{address}?tab={name}", name == current, count)
        for name, label, count in parts
    ]


def _deals(actor: Actor, customer: Customer, as_of: date) -> list[Deal]:
    found = find_deals(actor, as_of, DealFilter(customer_id=customer.pk)).select_related("owner", "stage", "product")
    return list(found.order_by(*NEWEST)[:_DEALS_SHOWN])
