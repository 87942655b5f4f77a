"""Customers and deals in the palette: what the reader sees and what begins with the text, found by an index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.access.search import Hit, SearchSource
from accounts.people.services import sort_key
from pipeline.customers.models import Customer
from pipeline.customers.selectors import visible_customers
from pipeline.deals.models import Deal
from pipeline.deals.reach import visible_deals
from pipeline.prefixes import begins


def _named(text: str) -> Q:
    """By name as it sorts: in any case, a Chinese one by its pinyin too. Comparisons pass row-level security; LIKE
    would not use the index."""
    key = sort_key(text)
    return Q(sort_name__gte=key, sort_name__lt=f"{key}\U0010ffff")


def _customers(actor: Actor, text: str, as_of: date, limit: int) -> Sequence[Hit]:
    found = visible_customers(actor, as_of).filter(_named(text)).order_by("sort_name", "id")
    return [
        Hit(one.name, one.industry, reverse("customer_detail", args=[actor.tenant.slug, one.pk]))
        for one in found[:limit]
    ]


def _deals(actor: Actor, text: str, as_of: date, limit: int) -> Sequence[Hit]:
    """By reference, or by the customer's name; the newest first. Three queries."""
    customers = list(Customer.objects.filter(_named(text)).order_by("sort_name").values_list("id", flat=True)[:limit])
    wanted = begins("reference", text) | begins("reference", text.upper()) | Q(customer_id__in=customers)
    deals = visible_deals(actor, as_of, Deal.objects.select_related("customer", "stage"))
    return [
        Hit(
            one.customer.name if one.customer else one.reference,
            f"{one.reference} · {one.stage.name}",
            reverse("deal_detail", args=[actor.tenant.slug, one.pk]),
        )
        for one in deals.filter(wanted).order_by("-stage_since", "-id")[:limit]
    ]


SOURCES = (
    SearchSource("customers", 10, _("Customers"), "building", "customers.view", _customers),
    SearchSource("deals", 20, _("Deals"), "layout-kanban", "deals.view", _deals),
)
