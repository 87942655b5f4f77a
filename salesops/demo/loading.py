"""Loading the demo company: the path of a real one, by the same commands and services.

Deals are imported and brought on their way, customers get their histories, targets are set and split, a plan is loaded,
visits, feedback and reviews are told, a month of nights finds risks, the last night is computed, the finished months
are paid and the last one waits for its approval. What is left open is left open on purpose, so that every page has
something to do. A second company beside it shows that nothing of one is seen in the other.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import call_command
from django.db import models, transaction

from accounts.access.actor import Actor
from accounts.invitations.models import Invitation
from accounts.people.changes import give_sign_in
from accounts.people.models import Member, Role
from accounts.people.services import add_member, create_tenant
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from incentives.payouts.models import PayoutBatch
from incentives.payouts.services import approve, submit
from pipeline import facts
from pipeline.activities.models import Activity
from pipeline.deals.models import Deal, LineItem
from pipeline.risks.models import Risk
from pipeline.visits.models import Visit
from reviews.cycles.models import ReviewCycle
from reviews.feedback.models import FeedbackCase
from salesops.demo import company, customers, deals, feedback, harborlight, people, reviews, risks, visits
from salesops.lib import clock
from salesops.lib.money import from_minor, round_half_up
from salesops.lib.periods import Period, add_months, months_between
from targets.cascade.models import TargetNode
from targets.cascade.services import edit

SLUG, OTHER = "meridian", "harborlight"
PASSWORD = "walk-the-pipeline"  # noqa: S105 (the demo's, shown on the screen)
LOGINS = {  # name → e-mail and roles; members without roles here come with the import
    "Ada Winter": ("admin@meridian.example", (Role.ADMIN,)),
    "Evelyn Cho": ("executive@meridian.example", (Role.EXECUTIVE,)),
    "Oskar Brandt": ("executive2@meridian.example", (Role.EXECUTIVE,)),
    "Ruben Castro": ("manager@meridian.example", ()),
    "Viktor Hale": ("rep@meridian.example", ()),
    "陈立文": ("rep2@meridian.example", ()),
    "Hana Ito": ("hr@meridian.example", (Role.HR,)),
    "Hugo Sand": ("hr2@meridian.example", (Role.HR,)),
}
PLAN: dict[str, Any] = {
    "schema": 1,
    "currency": "USD",
    "components": [
        {
            "code": "bookings",
            "type": "commission",
            "measure": "bookings",
            "period": "quarter",
            "rate": {
                "method": "marginal",
                "by": "attainment",
                "tiers": [
                    {"from": "0", "rate": "0.04"},
                    {"from": "0.80", "rate": "0.06"},
                    {"from": "1.00", "rate": "0.10"},
                ],
            },
        },
        {
            "code": "harbor-launch",
            "type": "commission",
            "measure": "bookings",
            "period": "month",
            "filter": {"category": ["Harbor"]},
            "rate": {"method": "flat", "rate": "0.01"},
        },
    ],
}


@dataclass(frozen=True, slots=True)
class Room:
    """A room's part of the demo; it is told already where rows of `told` exist."""

    fill: Callable[[Tenant, date, random.Random], None]
    told: type[models.Model]


# In this order: a visit is paid to a customer with a history, a risk is found in all of it.
BEFORE_TARGETS = (Room(deals.fill, LineItem), Room(customers.fill, Activity), Room(visits.fill, Visit))
AFTER_TARGETS = (
    Room(feedback.fill, FeedbackCase),
    Room(reviews.fill, ReviewCycle),
    Room(risks.fill, Risk),
    Room(people.fill, Invitation),
)


def load() -> Tenant:
    """Make the demo company and the one beside it, or find them as they were left. After a failure half-way the next
    call goes on where it was."""
    tenant = Tenant.objects.filter(slug=SLUG).first() or _found()
    today = tenant.day_of(clock.now())
    with tenant_scope(tenant.pk):
        with transaction.atomic():
            finished = PayoutBatch.objects.exists()
        if not finished:
            _fill(tenant, today)
    other = Tenant.objects.get(slug=OTHER)
    with tenant_scope(other.pk):
        _tell(other, other.day_of(clock.now()), Room(harborlight.fill, Deal))
    return tenant


def _tell(tenant: Tenant, today: date, room: Room) -> None:
    """All of it or nothing, so that a second call can tell which."""
    with transaction.atomic():
        if not room.told._default_manager.exists():
            room.fill(tenant, today, random.Random(room.fill.__module__))  # noqa: S311 (a demo, not a secret)


def _found() -> Tenant:
    email, _roles = LOGINS["Ada Winter"]
    create_tenant(
        slug=OTHER,
        name="Harborlight 海港科技",
        currency="CNY",
        time_zone="Asia/Shanghai",
        fiscal_year_start=4,
        admin_email=email,
        admin_password=PASSWORD,
        admin_name="Ada Winter",
        is_guarded=False,
    )
    return create_tenant(
        slug=SLUG,
        name="Meridian Hardware",
        currency="USD",
        time_zone="America/New_York",
        fiscal_year_start=1,
        admin_email=email,
        admin_password=None,
        admin_name="Ada Winter",
        is_guarded=False,
    )


def _fill(tenant: Tenant, today: date) -> None:
    with TemporaryDirectory() as folder:
        for name, content in company.files(today).items():
            (Path(folder) / name).write_bytes(content)
        _run("import_data", folder, profile="crm-opportunities")
    with transaction.atomic():
        _people(tenant)
    for room in BEFORE_TARGETS:
        _tell(tenant, today, room)
    this = tenant.calendar.quarter_of(today)
    last = tenant.calendar.previous(this)
    before, coming = tenant.calendar.previous(last), tenant.calendar.next(this)
    _set_target(last, tenant, base=before, growth=104, approve=True)
    _set_target(this, tenant, base=last, growth=132, approve=True)
    _set_target(coming, tenant, base=last, growth=121, approve=False)
    _leave_some_to_place(tenant, coming)
    with TemporaryDirectory() as folder:
        document = Path(folder) / "plan.json"
        document.write_text(json.dumps(PLAN))
        _run("load_plan", document, name="Field sales", effective=str(last.start), assign=["role:rep"])
    for room in AFTER_TARGETS:
        _tell(tenant, today, room)
    _run("run_night", date=str(today))
    with transaction.atomic():
        _pay(tenant, last.start, today)


def _set_target(quarter: Period, tenant: Tenant, *, base: Period, growth: int, approve: bool) -> None:
    """The quarter's target: `growth` percent of what was booked in `base`, in whole thousands."""
    with transaction.atomic():
        booked = facts.total(facts.Slice(base.start, base.end, kind="direct")).value
    amount = from_minor(round_half_up(booked * growth / 100), tenant.currency)
    _run(
        "split_target",
        metric="bookings",
        period=quarter.key,
        amount=str(round(amount, -3)),
        levels="region,team,rep",
        method="last-period-share",
        step="1",
        approve=approve,
    )


def _leave_some_to_place(tenant: Tenant, quarter: Period) -> None:
    """One rep's target lowered by hand, so that the draft has something left for the reader to do."""
    with transaction.atomic():
        node = TargetNode.objects.get(plan__period=quarter.key, plan__state="draft", name="Gregor Pavlik")
        present = sum(node.cells.values_list("amount", flat=True))
        edit(actor=_as(tenant, "Evelyn Cho"), node=node, amount=present - present % 500_000)


def _people(tenant: Tenant) -> None:
    """Somebody to sign in as for each role."""
    actor = Actor.operator(tenant)
    for name, (email, roles) in LOGINS.items():
        member = Member.objects.filter(full_name=name).first()
        if member is None:
            add_member(actor=actor, full_name=name, roles=roles, email=email, password=PASSWORD)
        elif member.user_id is None:
            give_sign_in(actor=actor, member=member, email=email, password=PASSWORD)


def _pay(tenant: Tenant, first: date, today: date) -> None:
    """Every finished month but the last is approved; the last one waits in review."""
    finished = months_between(first, add_months(today, -1))
    for month in finished:
        batch = submit(actor=_as(tenant, "Hana Ito"), month=month.start, at=clock.now())
        if month is not finished[-1]:
            approve(actor=_as(tenant, "Hugo Sand"), month=month.start, digest=batch.digest, at=clock.now())


def _as(tenant: Tenant, name: str) -> Actor:
    return Actor(tenant, Member.objects.get(full_name=name))


def _run(command: str, *arguments: object, **options: object) -> None:
    """One of the contract's commands, in the demo company; what it says is not the demo's to say."""
    call_command(command, *arguments, tenant=SLUG, stdout=StringIO(), **options)
