"""Reading customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import has, may, visible_members
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal
from salesops.lib.errors import NotVisible

BY_NAME = ("sort_name", "id")
BY_NEXT_STEP = ("next_step_on", "id")


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """What a list of customers is narrowed to; None and "" leave a filter out.

    `follow_up` is `overdue` (the next step's day has passed) or `planned` (there is a next step).
    """

    search: str = ""
    industry: str = ""
    segment: str = ""
    status: str = ""
    owner_id: int | None = None
    follow_up: str = ""

    @property
    def order(self) -> tuple[str, str]:
        """By name, or where next steps are asked for, the one that comes first."""
        return BY_NEXT_STEP if self.follow_up else BY_NAME


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


def find_customers(actor: Actor, as_of: date, wanted: CustomerFilter) -> QuerySet[Customer]:
    """For the list: those whose name begins with the text and who fit the rest; page them in the filter's order."""
    found = visible_customers(actor, as_of)
    if wanted.search:
        found = found.filter(Q(sort_name__startswith=wanted.search.casefold()) | Q(name__istartswith=wanted.search))
    for column in ("industry", "segment", "status", "owner_id"):
        if (value := getattr(wanted, column)) not in {"", None}:
            found = found.filter(**{column: value})
    if wanted.follow_up == "overdue":
        found = found.filter(next_step_on__lt=as_of)
    elif wanted.follow_up == "planned":
        found = found.filter(next_step_on__isnull=False)
    return found


def values_in_use(field: str) -> list[str]:
    """The industries or segments that customers have, for a filter."""
    used = Customer.objects.exclude(**{field: ""}).order_by(field).values_list(field, flat=True)
    return list(used.distinct()[:100])


def overdue_follow_ups(actor: Actor, as_of: date, most: int) -> list[Customer]:
    """The actor's own customers whose next step is overdue, the oldest first."""
    own = Customer.objects.filter(owner=actor.member, next_step_on__lt=as_of)
    return list(own.order_by(*BY_NEXT_STEP)[:most])


def follow_ups_due(actor: Actor, as_of: date, most: int) -> list[Customer]:
    """The same, with those of today."""
    own = Customer.objects.filter(owner=actor.member, next_step_on__lte=as_of)
    return list(own.order_by(*BY_NEXT_STEP)[:most])


def may_edit(actor: Actor, customer: Customer, as_of: date) -> bool:
    return has(actor, "customers.edit") and may(actor, "customers.edit", as_of=as_of, owner_id=customer.owner_id)


def silent_days(customer: Customer, as_of: date) -> int | None:
    """How long nobody has been in touch; None: nobody ever was."""
    return (as_of - customer.last_activity_on).days if customer.last_activity_on else None
