"""Reading customers."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import has, may, visible_members
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal
from salesops.lib.errors import NotVisible


def visible_customers(actor: Actor, as_of: date, capability: str = "customers.view") -> QuerySet[Customer]:
    """Customers of the members in the actor's scope, and for reading also those whom these members have a deal with:
    imported customers are nobody's, and a rep must be able to open the customer of the own deal."""
    customers: QuerySet[Customer] = Customer.objects.all()
    members = visible_members(actor, capability, as_of)
    if members is None:
        return customers
    theirs = Q(owner_id__in=members)
    if capability == "customers.view":
        theirs |= Q(pk__in=Deal.objects.filter(owner_id__in=members).values("customer_id"))
    return customers.filter(theirs)


def get_customer(actor: Actor, as_of: date, customer_id: int, capability: str = "customers.view") -> Customer:
    customers = visible_customers(actor, as_of, capability).select_related("parent", "owner", "region")
    found = customers.filter(pk=customer_id).first()
    if found is None:
        raise NotVisible
    return found


def find_customers(actor: Actor, as_of: date, search: str = "", industry: str = "") -> QuerySet[Customer]:
    """For the list: those whose name begins with the text, in the order of their names."""
    found = visible_customers(actor, as_of)
    if search:
        found = found.filter(Q(sort_name__startswith=search.casefold()) | Q(name__istartswith=search))
    if industry:
        found = found.filter(industry=industry)
    return found


def industries() -> list[str]:
    """The industries in use, for the filter."""
    used = Customer.objects.exclude(industry="").order_by("industry").values_list("industry", flat=True)
    return list(used.distinct()[:100])


def may_edit(actor: Actor, customer: Customer, as_of: date) -> bool:
    return has(actor, "customers.edit") and may(actor, "customers.edit", as_of=as_of, owner_id=customer.owner_id)
