"""The visits of a company that has made 30,000 in two years, beside five others of as many: a week of one team, a
filtered quarter and one person's calendar against a bare page of 50 rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.test import Client, override_settings

from accounts.people.models import Member, User
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from benchmarks import bench_pages
from benchmarks.companies import analyze, company_with_deals
from benchmarks.registry import Result, bench
from pipeline.customers.models import Customer
from salesops.lib import clock

_VISITS, _OTHERS, _DEALS = 30_000, 5, 10_000
_INSERT = """
    INSERT INTO pipeline_visit (tenant_id, client_key, owner_id, customer_id, purpose, state, at, planned_for,
                                checked_in_at, captured_at, place_source, place, verification, checked_out_at, outcome,
                                note, next_step, created_at, version)
    SELECT %(tenant)s, gen_random_uuid(), (%(members)s::bigint[])[1 + n %% 30], (%(customers)s::bigint[])[1 + n %% 100],
           'Stock check', 'done', moment, moment, moment, moment, 'by_hand', 'Gate', 'unverified', moment, 'interested',
           'Wants a quote', '', moment, 3
    FROM (SELECT n, now() - n * interval '35 minutes' AS moment FROM generate_series(1, %(count)s) n) made
"""


@bench("visits")
def visits_against_bare_page() -> Iterator[Result]:
    tenants = [company_with_deals(f"visits-{number}", _DEALS) for number in range(_OTHERS + 1)]
    for tenant in tenants:
        _visit(tenant)
    analyze()
    tenant, today = tenants[0], clock.now().date()
    with tenant_scope(tenant.pk), transaction.atomic():
        member = Member.objects.filter(full_name="Rep 7").get().pk
    address, bare = f"/t/{tenant.slug}/visits/", f"/t/{tenant.slug}/bare/"
    quarter = f"first={today - timedelta(days=90)}&last={today}"
    with override_settings(ROOT_URLCONF=bench_pages.__name__, ALLOWED_HOSTS=["*"], DEBUG=False):
        client = Client()
        client.force_login(User.objects.get(email=f"admin@{tenant.slug}.test"), settings.AUTHENTICATION_BACKENDS[0])
        for what, query in (
            ("visits, the team's week", ""),
            ("visits, a quarter by state", f"{quarter}&state=done&verification=unverified"),
            ("visits, one person's quarter", f"{quarter}&member={member}&state=done"),
            ("visits, one person's week", f"member={member}"),
        ):
            yield from bench_pages.compare(client, what, f"{address}?{query}", bare)


def _visit(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk), transaction.atomic(), connection.cursor() as cursor:
        ids = {
            "members": list(Member.objects.filter(full_name__startswith="Rep ").values_list("id", flat=True)),
            "customers": list(Customer.objects.values_list("id", flat=True)),
        }
        cursor.execute(_INSERT, {"tenant": tenant.pk, "count": _VISITS, **ids})
