"""The pages of a customer ask the same number of questions at 3 entries of each kind and at 30."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access.actor import Actor
from accounts.tenancy.context import tenant_scope
from pipeline.activities.services import ActivityValues, log_activity
from pipeline.contacts.services import ContactValues, add_contact, name_in_deal
from pipeline.customers.models import Customer
from pipeline.tasks.services import TaskValues, create_task, finish_task
from salesops.lib import clock
from tests.factories import Acme
from tests.pipeline.cast import TODAY, acting, customer, deal

pytestmark = pytest.mark.django_db
_BOOKKEEPING = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "BEGIN", "COMMIT")


def _grow(acme: Acme, rob: Actor, globex: Customer, rows: int) -> int:
    """So many of everything; answers the deal that has so many people."""
    now = clock.now()
    day = acme.tenant.day_of(now)
    sale = deal(acme, acme.rob, customer_id=globex.pk)
    for number in range(rows):
        contact = add_contact(actor=rob, customer_id=globex.pk, values=ContactValues(f"Ann {number}"), as_of=TODAY)
        name_in_deal(actor=rob, deal_id=sale.pk, contact_id=contact.pk, role="user", as_of=TODAY)
        values = ActivityValues("call", "Talked", now - timedelta(hours=number), contact.pk)
        log_activity(actor=rob, values=values, now=now, deal_id=sale.pk)
        deal(acme, acme.rob, customer_id=globex.pk)
        for is_done in (False, True):
            task = create_task(actor=rob, values=TaskValues("Call", day, acme.rob.pk, deal_id=sale.pk), now=now)
            if is_done:
                finish_task(actor=rob, task_id=task.pk, now=now)
    return sale.pk


def _count(client: Client, path: str) -> int:
    with tenant_scope(None), CaptureQueriesContext(connection) as asked:
        assert client.get(path, headers={"HX-Request": "true"}).status_code == 200
    return sum(not query["sql"].startswith(_BOOKKEEPING) for query in asked)


def test_counts_are_constant_and_at_most_twelve(in_acme: Acme, client_for: Callable[..., Client]) -> None:
    rob, client = acting(in_acme, in_acme.rob), client_for(in_acme.eve)
    globex = customer(in_acme, "Globex", in_acme.rob)
    page = f"/t/acme/customers/{globex.pk}/"
    fixed = [page, f"{page}?tab=deals", f"{page}?tab=contacts", f"{page}timeline/", "/t/acme/activities/"]
    fixed += ["/t/acme/tasks/?owner=all", "/t/acme/customers/", "/t/acme/customers/?follow_up=planned"]
    counts = []
    for rows in (3, 30):
        sale = _grow(in_acme, rob, globex, rows)
        paths = [*fixed, f"/t/acme/deals/{sale}/contacts/", f"/t/acme/deals/{sale}/activities/"]
        counts.append([_count(client, path) for path in paths])
    few, many = counts
    assert few == many, list(zip(fixed, few, many, strict=False))
    assert max(many) <= 12, list(zip(fixed, many, strict=False))
