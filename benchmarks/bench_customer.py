"""A customer with 500 entries in the timeline, in a company of 200,000 deals: its page against a bare page of 50 rows.

How many queries each part asks is said beside it: the page at most 12, whatever has happened with the customer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.access.actor import Actor
from accounts.people.models import Member, User
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from benchmarks import bench_pages
from benchmarks.companies import analyze, company_with_deals
from benchmarks.registry import Result, bench
from pipeline.activities.history import PastActivity, take_over
from pipeline.activities.services import ActivityValues
from pipeline.contacts.services import ContactValues, add_contact
from pipeline.customers.models import Customer
from salesops.lib import clock

_DEALS, _OTHERS, _OTHERS_DEALS = 200_000, 5, 10_000
_ENTRIES = 500
_BOOKKEEPING = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "BEGIN", "COMMIT")


@bench("customer")
def customer_page_against_bare_page() -> Iterator[Result]:
    tenant = company_with_deals("customers", _DEALS)
    for number in range(_OTHERS):
        company_with_deals(f"customers-{number}", _OTHERS_DEALS)
    customer_id = _customer_with_a_past(tenant)
    analyze()
    address = f"/t/{tenant.slug}/customers/{customer_id}/"
    bare = f"/t/{tenant.slug}/bare/"
    with override_settings(ROOT_URLCONF=bench_pages.__name__, ALLOWED_HOSTS=["*"], DEBUG=False):
        client = Client()
        client.force_login(User.objects.get(email=f"admin@{tenant.slug}.test"), settings.AUTHENTICATION_BACKENDS[0])
        for what, url in (("customer", address), ("timeline", f"{address}timeline/")):
            yield from bench_pages.compare(client, f"{what}, {_queries(client, url)} queries", url, bare)


def _customer_with_a_past(tenant: Tenant) -> int:
    """Two thousand deals are its own already; half a thousand conversations and twenty people come on top."""
    actor, now = Actor.operator(tenant), clock.now()
    with tenant_scope(tenant.pk), transaction.atomic():
        customer_id = Customer.objects.earliest("id").pk
        author_id = Member.objects.earliest("id").pk
        for number in range(20):
            values = ContactValues(f"Person {number}")
            add_contact(actor=actor, customer_id=customer_id, values=values, as_of=tenant.day_of(now))
        past = [
            PastActivity(ActivityValues("call", f"Talk {hours}", now - timedelta(hours=hours)), author_id, customer_id)
            for hours in range(_ENTRIES)
        ]
        take_over(actor=actor, activities=past, now=now)
    return customer_id


def _queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    return sum(not query["sql"].startswith(_BOOKKEEPING) for query in asked)
