"""Deals for Acme's reps, made through the services that people use."""

from __future__ import annotations

from datetime import date

from accounts.access.actor import Actor
from accounts.people.models import Member
from pipeline.customers.models import Customer
from pipeline.customers.services import CustomerValues, create_customer
from pipeline.deals.models import Deal
from pipeline.deals.services import create_deal, win
from pipeline.deals.values import DealValues
from pipeline.products.models import Product
from pipeline.products.services import create_product
from tests.factories import Company

TODAY = date(2026, 3, 31)


def customer(company: Company, name: str = "Globex", owner: Member | None = None) -> Customer:
    values = CustomerValues(name=name, owner_id=owner.pk if owner else None)
    return create_customer(actor=company.operator, values=values, as_of=TODAY)


def product(company: Company, name: str = "Anvil", category: str = "Iron") -> Product:
    return create_product(actor=company.operator, name=name, category=category, list_price=10_000)


def deal(company: Company, owner: Member, **values: object) -> Deal:
    written = DealValues(owner_id=owner.pk, **values)  # type: ignore[arg-type]
    return create_deal(actor=company.operator, values=written, as_of=TODAY)


def won(company: Company, owner: Member, amount: int = 100_00, closed_on: date = TODAY, **values: object) -> Deal:
    made = deal(company, owner, **values)
    return win(
        actor=company.operator, deal_id=made.pk, version=made.version, amount=amount, closed_on=closed_on, as_of=TODAY
    )


def acting(company: Company, member: Member) -> Actor:
    return Actor(company.tenant, member)
