"""Writing customers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.access.actor import Actor
from accounts.access.policy import may, require
from accounts.audit.services import record
from accounts.people.models import Member, Region
from accounts.people.services import sort_key
from pipeline.customers.models import Customer
from pipeline.customers.owners import note_owners
from pipeline.customers.selectors import visible_customers
from salesops.lib.errors import DomainError, NotVisible, gettext_noop


@dataclass(frozen=True, slots=True)
class CustomerValues:
    """The writable fields of a customer. `annual_revenue` is in minor units, the place in degrees."""

    name: str
    industry: str = ""
    segment: str = ""
    country: str = ""
    founded: int | None = None
    employees: int | None = None
    annual_revenue: int | None = None
    parent_id: int | None = None
    region_id: int | None = None
    owner_id: int | None = None
    legal_name: str = ""
    registration_number: str = ""
    status: str = Customer.Status.PROSPECT
    source: str = ""
    website: str = ""
    address: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None

    @classmethod
    def of(cls, customer: Customer) -> CustomerValues:
        return cls(**{field.name: getattr(customer, field.name) for field in fields(cls)})

    def changes_of(self, customer: Customer) -> dict[str, Any]:
        wanted = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in wanted.items() if getattr(customer, name) != value}


@transaction.atomic
def create_customer(*, actor: Actor, values: CustomerValues, as_of: date) -> Customer:
    """A new customer. Refuses a taken name and references outside the actor's reach."""
    require(actor, "customers.edit")
    customer = Customer()
    _write(actor, customer, values.changes_of(customer) | {"name": values.name, "owner_id": values.owner_id}, as_of)
    record(actor=actor, action="customer.created", subject=customer, name=customer.name)
    return customer


@transaction.atomic
def edit_customer(*, actor: Actor, customer_id: int, version: int, values: CustomerValues, as_of: date) -> Customer:
    """Change a customer. Refuses (`conflict`) when somebody else has changed it since `version`."""
    require(actor, "customers.edit")
    within = visible_customers(actor, as_of, "customers.edit").select_for_update(of=("self",))
    customer = within.filter(pk=customer_id).first()
    if customer is None:
        raise NotVisible
    if customer.version != version:
        message = gettext_noop("Somebody changed this customer meanwhile. Nothing was saved; look at it again.")
        raise DomainError("conflict", message)
    changes = values.changes_of(customer)
    if changes:
        customer.version += 1
        _write(actor, customer, changes, as_of)
        record(actor=actor, action="customer.changed", subject=customer, version=customer.version, changed=[*changes])
    return customer


def _write(actor: Actor, customer: Customer, changes: dict[str, Any], as_of: date) -> None:
    if "name" in changes:
        changes["name"] = _checked_name(changes["name"], customer)
        customer.sort_name = sort_key(changes["name"])
    _check_references(actor, customer, changes, as_of)
    before = customer.owner_id
    for name, value in changes.items():
        setattr(customer, name, value)
    _check_place(customer)
    customer.save()
    if customer.owner_id != before:
        note_owners({customer.pk: (before, customer.owner_id)}, as_of)


def _check_place(customer: Customer) -> None:
    place = (customer.latitude, customer.longitude)
    if None in place and place != (None, None):
        message = gettext_noop("A place has both a latitude and a longitude.")
        raise DomainError("half_a_place", message, "latitude" if customer.latitude is None else "longitude")


def _checked_name(name: str, customer: Customer) -> str:
    name = " ".join(name.split())
    if not name:
        raise DomainError("required", gettext_noop("Give the customer a name."), "name")
    if Customer.objects.filter(name=name).exclude(pk=customer.pk).exists():
        raise DomainError("taken", gettext_noop("There is already a customer named %(name)s."), "name", name=name)
    return name


def _check_references(actor: Actor, customer: Customer, changes: dict[str, Any], as_of: date) -> None:
    owner_id, parent_id, region_id = (changes.get(name) for name in ("owner_id", "parent_id", "region_id"))
    if "owner_id" in changes:
        known = owner_id is None or Member.objects.filter(pk=owner_id).exists()
        if not known or not may(actor, "customers.edit", as_of=as_of, owner_id=owner_id):
            message = gettext_noop("There is no such member among those whose customers you may edit.")
            raise DomainError("unknown_member", message, "owner")
    if parent_id is not None and parent_id == customer.pk:
        message = gettext_noop("A customer cannot be its own parent.")
        raise DomainError("own_parent", message, "parent")
    if parent_id is not None and not visible_customers(actor, as_of).filter(pk=parent_id).exists():
        raise DomainError("unknown_customer", gettext_noop("There is no such customer."), "parent")
    if region_id is not None and not Region.objects.filter(pk=region_id).exists():
        raise DomainError("unknown_region", gettext_noop("There is no such region."), "region")


def have_bought(customer_ids: Collection[int]) -> None:
    """Prospects that have bought are customers from now on. In the transaction that wrote the win."""
    Customer.objects.filter(pk__in=customer_ids, status=Customer.Status.PROSPECT).update(
        status=Customer.Status.CUSTOMER
    )
