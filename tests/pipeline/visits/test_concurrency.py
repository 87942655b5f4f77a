"""A phone sends twice, a manager cancels at the same moment: one visit, one answer."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import transaction

from accounts.audit.models import AuditEntry
from accounts.tenancy.context import tenant_scope
from pipeline.visits import services
from pipeline.visits.models import Visit
from pipeline.visits.values import Plan
from tests import factories
from tests.pipeline.cast import acting, customer
from tests.pipeline.deals.test_concurrency import at_once
from tests.pipeline.visits.cast import NOON, at_the_door, planned, report

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_visit_sent_ten_times_at_once_is_one() -> None:
    company = factories.load_acme()
    with tenant_scope(company.tenant.pk), transaction.atomic():
        buyer = customer(company, owner=company.rob)
    key, plan = uuid4(), Plan(company.rob.pk, buyer.pk, None)

    def send(number: int) -> None:
        services.log_visit(
            actor=acting(company, company.rob),
            client_key=key,
            plan=plan,
            version=None,
            arrival=at_the_door(NOON),
            report=report(NOON),
            at=NOON,
        )

    assert at_once(company, send, 10) == ["done"] * 10
    with tenant_scope(company.tenant.pk), transaction.atomic():
        found = Visit.objects.get()
        assert (found.state, found.version) == ("done", 3)
        assert AuditEntry.objects.filter(subject=f"pipeline.visit:{found.pk}").count() == 2


def test_of_a_check_in_and_a_cancelling_at_once_one_is_told() -> None:
    company = factories.load_acme()
    with tenant_scope(company.tenant.pk), transaction.atomic():
        visit = planned(company, company.rob)

    def act(number: int) -> None:
        if number % 2:
            services.cancel(actor=acting(company, company.max), visit_id=visit.pk, version=1, at=NOON)
        else:
            services.check_in(
                actor=acting(company, company.rob), visit_id=visit.pk, version=1, arrival=at_the_door(NOON), at=NOON
            )

    outcomes = at_once(company, act, 2)
    assert sorted(outcomes) == ["conflict", "done"]
