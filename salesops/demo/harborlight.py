"""The second company, a little of everything: its rows must never be seen from the first.

Every name in it carries `MARKER`; the tests look for that in the first company's pages.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command

from accounts.access.actor import Actor
from accounts.people.models import Member, Role
from accounts.people.services import add_member, add_region, add_team, put_in_charge, put_in_team
from accounts.tenancy.models import Tenant
from pipeline.customers.models import Customer
from pipeline.customers.services import CustomerValues, create_customer
from pipeline.deals.services import create_deal, win
from pipeline.deals.values import DealValues
from pipeline.products.models import Product
from pipeline.products.services import create_product
from salesops.lib.periods import add_months

MARKER = "灯塔"
_REPS = ("沈佳", "Rui Gomes", "周铭")
_CUSTOMERS = ("远洋物流", "Harbour Foods", "青岛造船", "Pier Nine", "海盐医药", "Tidewater")
_PRODUCTS = ((f"{MARKER} 100", 3_200_00), (f"{MARKER} Pro", 18_800_00))
_PLAN = {
    "schema": 1,
    "currency": "CNY",
    "components": [
        {
            "code": "bookings",
            "type": "commission",
            "measure": "bookings",
            "period": "quarter",
            "rate": {"method": "flat", "rate": "0.03"},
        }
    ],
}


def fill(tenant: Tenant, today: date, rng: random.Random) -> None:
    """People, customers, half a year of deals, a target, a plan and a night. Inside the tenant."""
    actor = Actor.operator(tenant)
    reps = _people(actor)
    held = {}
    for name in _CUSTOMERS:
        owner = rng.choice(reps)
        values = CustomerValues(name=f"{name} {MARKER}", owner_id=owner.pk)
        held[create_customer(actor=actor, values=values, as_of=today)] = owner
    products = [create_product(actor=actor, name=name, list_price=price) for name, price in _PRODUCTS]
    _deals(actor, held, products, today, rng)
    _target_plan_and_night(tenant, today)


def _people(actor: Actor) -> list[Member]:
    region = add_region(actor=actor, name=f"华东 {MARKER}")
    manager = add_member(actor=actor, full_name=f"顾海 {MARKER}", roles=[Role.MANAGER])
    team = add_team(actor=actor, name=f"码头 {MARKER}", region=region)
    put_in_charge(actor=actor, member=manager, team=team)
    reps = [add_member(actor=actor, full_name=f"{name} {MARKER}", roles=[Role.REP]) for name in _REPS]
    for rep in reps:
        put_in_team(actor=actor, member=rep, team=team)
    return reps


def _deals(
    actor: Actor, held: Mapping[Customer, Member], products: Sequence[Product], today: date, rng: random.Random
) -> None:
    """Three won a month since half a year ago, and an open one for each customer."""
    days = [
        day
        for back in range(6, -1, -1)
        for day in sorted(add_months(today, -back) + timedelta(days=rng.randrange(27)) for _ in range(3))
        if day < today
    ]
    for number, day in enumerate(days, start=1):
        (customer, owner), product = rng.choice(list(held.items())), rng.choice(products)
        values = DealValues(
            owner_id=owner.pk, customer_id=customer.pk, product_id=product.pk, engaged_on=day - timedelta(21)
        )
        made = create_deal(actor=actor, values=values, as_of=day - timedelta(21), reference=f"{MARKER}{number:03d}")
        win(
            actor=actor,
            deal_id=made.pk,
            version=made.version,
            amount=product.list_price,
            closed_on=day,
            as_of=day,
        )
    for number, (customer, owner) in enumerate(held.items(), start=1):
        product = rng.choice(products)
        values = DealValues(
            owner_id=owner.pk,
            customer_id=customer.pk,
            product_id=product.pk,
            amount=product.list_price,
            expected_on=today + timedelta(days=rng.randrange(5, 60)),
        )
        create_deal(actor=actor, values=values, as_of=today, reference=f"{MARKER}-{number:02d}")


def _target_plan_and_night(tenant: Tenant, today: date) -> None:
    """By the commands that a company's operator would use."""
    said = {"tenant": tenant.slug, "stdout": StringIO()}
    quarter = tenant.calendar.quarter_of(today)
    options = {"levels": "region,team,rep", "method": "evenly", "step": "1", "approve": True}
    call_command("split_target", metric="bookings", period=quarter.key, amount="180000", **options, **said)
    with TemporaryDirectory() as folder:
        document = Path(folder) / "plan.json"
        document.write_text(json.dumps(_PLAN))
        call_command(
            "load_plan", document, name=f"{MARKER} plan", effective=str(quarter.start), assign=["role:rep"], **said
        )
    call_command("run_night", date=str(today), **said)
