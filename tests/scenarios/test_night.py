"""Nights in two time zones, by real worker and beat processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction

from accounts.jobs.models import JobRun, JobState
from accounts.people.services import create_tenant
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from salesops.nightly import STEPS
from tests.factories import PASSWORD, load_acme
from tests.scenarios.processes import BEAT, WORKER, Celery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("hints")]


def night_of(tenant: Tenant) -> list[JobRun]:
    with tenant_scope(tenant.pk), transaction.atomic():
        return list(JobRun.objects.filter(sequence__isnull=False).order_by("period", "sequence"))


def is_done(tenant: Tenant) -> bool:
    night = night_of(tenant)
    return bool(night) and all(job.state == JobState.DONE for job in night)


def test_each_company_has_its_night_at_its_own_two_o_clock(celery: Celery) -> None:
    """The processes' clock starts twelve seconds before two in New York, when it is three in the afternoon in Shanghai:
    Shanghai's night is overdue and runs at once, New York's when its hour has come."""
    shanghai = create_tenant(
        slug="shanghai",
        name="Shanghai",
        currency="CNY",
        time_zone="Asia/Shanghai",
        fiscal_year_start=1,
        admin_email="li@shanghai.test",
        admin_password=PASSWORD,
    )
    new_york = load_acme().tenant
    launched = datetime.now(UTC)
    for process in (WORKER, BEAT):
        celery.start(process, clock_start="2018-01-01T06:59:48+00:00")
    celery.until(lambda: is_done(shanghai), "Shanghai's night")
    celery.until(lambda: is_done(new_york), "New York's night")

    two_o_clock = {shanghai: datetime(2017, 12, 31, 18, tzinfo=UTC), new_york: datetime(2018, 1, 1, 7, tzinfo=UTC)}
    for tenant, began in two_o_clock.items():
        steps = night_of(tenant)
        assert [(job.kind, job.period, job.as_of) for job in steps] == [(kind, "2018-01-01", began) for kind in STEPS]
        for earlier, later in pairwise(steps):
            assert earlier.finished_at <= later.started_at
    assert night_of(new_york)[0].created_at >= launched + timedelta(seconds=12)
