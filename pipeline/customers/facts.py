"""What apps above may know of a customer and of what can be named in connection with one, as plain values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from accounts.access.actor import Actor
from pipeline.contacts.models import Contact
from pipeline.customers.models import Customer
from pipeline.customers.selectors import visible_customers
from pipeline.deals.models import Deal
from pipeline.deals.reach import visible_deals
from pipeline.products.models import Product

_MOST_DEALS = 200  # of one customer, the newest; nobody looks for an older one in a list to choose from


@dataclass(frozen=True, slots=True)
class CustomerFact:
    id: int
    name: str
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class DealFact:
    id: int
    reference: str
    customer_id: int | None
    product_id: int | None


@dataclass(frozen=True, slots=True)
class Named:
    """A contact or a product, for a list to choose from."""

    id: int
    name: str


def find_customer(
    actor: Actor, as_of: date, *, customer_id: int | None = None, name: str | None = None
) -> CustomerFact | None:
    """The customer with that id or that name, if the actor sees it."""
    key = {"pk": customer_id} if name is None else {"name": name}
    row = visible_customers(actor, as_of).filter(**key).values_list("id", "name", "owner_id").first()
    return CustomerFact(*row) if row else None


def of_owners(members: Collection[int]) -> Q:
    """For a table that refers to customers: those of these members' customers.

    A subquery and no join: beside another condition, as in “mine, or my customer's”, the planner hashes it once, where
    it would look up the customer of each of 15,000 rows.
    """
    return Q(customer_id__in=Customer.objects.filter(owner_id__in=members).values("pk"))


def find_deal(actor: Actor, as_of: date, deal_id: int) -> DealFact | None:
    """The deal, if the actor sees it."""
    row = visible_deals(actor, as_of, Deal.objects.filter(pk=deal_id)).values_list(*_DEAL).first()
    return DealFact(*row) if row else None


def deals_of(actor: Actor, as_of: date, customer_id: int) -> list[DealFact]:
    """The customer's deals that the actor sees, the newest first."""
    deals = visible_deals(actor, as_of, Deal.objects.filter(customer_id=customer_id))
    return [DealFact(*row) for row in deals.order_by("-stage_since", "-id").values_list(*_DEAL)[:_MOST_DEALS]]


def contacts_of(customer_id: int) -> list[Named]:
    """The people at the customer, by name, those who have left among them: what they said was said."""
    contacts = Contact.objects.filter(customer_id=customer_id).order_by("has_left", "sort_name", "id")
    return [Named(*row) for row in contacts.values_list("id", "name")]


def products() -> list[Named]:
    """What the company sells, by name."""
    return [Named(*row) for row in Product.objects.order_by("name").values_list("id", "name")]


_DEAL = ("id", "reference", "customer_id", "product_id")
