"""The night's step as the night runs it: a job that commits."""

from __future__ import annotations

import pytest
from django.db import transaction

from accounts.access.actor import Actor
from accounts.jobs.services import run_inline
from accounts.tenancy.context import tenant_scope
from targets.attainment.models import TargetSnapshot
from targets.cascade.approval import approve, submit
from targets.cascade.models import TargetNode
from targets.cascade.services import set_target, split_below
from tests.factories import load_acme
from tests.targets.conftest import LATE


@pytest.mark.django_db(transaction=True)
def test_the_nights_step_keeps_the_day_before() -> None:
    acme = load_acme()
    eve, erik = (Actor(acme.tenant, member) for member in (acme.eve, acme.erik))
    with tenant_scope(acme.tenant.pk):
        with transaction.atomic():
            plan = set_target(actor=eve, metric="bookings", period="2017-Q4", amount=90_000_00, step=100)
            split_below(actor=eve, node=TargetNode.objects.get(plan=plan, parent=None), method="evenly")
            submit(actor=eve, plan=plan, as_of=LATE)
            approve(actor=erik, plan=plan, as_of=LATE)
        job = run_inline(actor=acme.operator, kind="targets.snapshot", period="2017-12-05", as_of=LATE)
        assert job.counts == {"targets in force": 1, "snapshots written": 9}
        with transaction.atomic():
            assert {str(row.date) for row in TargetSnapshot.objects.all()} == {"2017-12-04"}
