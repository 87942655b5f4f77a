"""The statement in a browser: every figure opens, on a desk and on a phone, for eyes and for readers."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from playwright.sync_api import expect

from accounts.jobs.services import run_inline
from accounts.tenancy.context import tenant_scope
from incentives.runs.jobs import RECOMPUTE
from tests.factories import load_acme
from tests.incentives.cast import NOON, plan_for_reps
from tests.targets.books import Won, book

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def paid(db):
    """Rob has booked 500.00 and 700.00 in October; the second credit crosses the bound at 1,000.00."""
    acme = load_acme()
    with tenant_scope(acme.tenant.pk):
        with transaction.atomic():
            sales = [(5, 500_00), (20, 700_00)]
            book(acme.operator, [Won(acme.rob, date(2017, 10, day), amount) for day, amount in sales])
            plan_for_reps(acme)
        run_inline(actor=acme.operator, kind=RECOMPUTE, period="2018-01-01", as_of=NOON)
    return acme, f"/t/acme/statements/{acme.rob.pk}/2017-10/"


def test_a_line_opens_onto_its_slices(paid, page_for, axe):
    acme, path = paid
    page = page_for(acme.rob, path)
    first = page.locator("details.lnd").first
    expect(first.get_by_text("This credit took the total")).to_be_hidden()
    first.locator("summary").click()
    expect(first.get_by_text("500.00 × 4")).to_be_visible()
    crossing = page.locator("details.lnd").nth(1)
    expect(crossing.get_by_text("200.00 × 10")).to_be_visible()
    axe(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_never_scrolls_sideways(paid, page_for, axe, scheme):
    acme, path = paid
    page = page_for(acme.rob, path, width=390, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    axe(page)


def test_the_payout_is_read_and_submitted(paid, page_for, axe):
    acme, _ = paid
    page = page_for(acme.hana, "/t/acme/payouts/2017-10/")
    axe(page)
    page.get_by_role("button", name="Submit for review…").click()
    page.get_by_role("dialog").get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("You submitted it; a different person must approve it.")).to_be_visible()


def test_the_plan_is_read(paid, page_for, axe):
    acme, _ = paid
    page = page_for(acme.rob, "/t/acme/plans/")
    page.get_by_role("link", name="Field Sales").click()
    expect(page.get_by_text("4 % up to 1,000, 10 % above 1,000")).to_be_visible()
    axe(page)
