"""A rep writes down a call on the customer's page, plans what comes next and finishes a task, in Chromium with axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from accounts.tenancy.context import tenant_scope
from pipeline.contacts.services import ContactValues, add_contact
from pipeline.customers.models import Customer
from pipeline.tasks.services import TaskValues, create_task
from salesops.lib import clock
from tests.factories import Acme
from tests.pipeline.cast import TODAY, customer, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def globex(acme: Acme) -> Customer:
    """With a contact, a purchase and a task that is due."""
    now = clock.now()
    with tenant_scope(acme.tenant.pk), transaction.atomic():
        made = customer(acme, "Globex 国际贸易有限公司 with a very long name of its own", acme.rob)
        values = ContactValues("Ann Lee", "Chief Financial Officer", "decides")
        add_contact(actor=acme.operator, customer_id=made.pk, values=values, as_of=TODAY)
        won(acme, acme.rob, customer_id=made.pk)
        task = TaskValues("Send the price list", acme.tenant.day_of(now), acme.rob.pk, made.pk)
        create_task(actor=acme.operator, values=task, now=now)
    return made


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_call_is_logged_and_the_page_follows(
    page_for: Callable[..., Page], globex: Customer, acme: Acme, axe: Callable[[Page], None], width: int, scheme: str
) -> None:
    page = page_for(acme.rob, f"/t/acme/customers/{globex.pk}/", width=width, scheme=scheme)
    expect(page.get_by_role("heading", name="To do")).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    page.get_by_role("link", name="Log call").click()
    composer = page.get_by_role("form", name="Write down what happened")
    expect(composer.get_by_label("What happened")).to_be_focused()
    composer.get_by_label("What happened").fill("They want two units.")
    composer.get_by_label("What comes next").fill("Send the quote")
    day = (acme.tenant.day_of(clock.now()) + timedelta(days=3)).isoformat()
    composer.get_by_label("By when").fill(day)
    composer.get_by_label("With").select_option("Ann Lee")
    axe(page)
    composer.get_by_role("button", name="Log").click()

    timeline = page.locator("#timeline")
    expect(timeline.get_by_text("They want two units.")).to_be_visible()
    expect(page.locator("#next-step")).to_contain_text("Send the quote")
    expect(page.locator("#last-contact")).to_contain_text("today")
    expect(composer.get_by_label("What happened")).to_have_value("")
    axe(page)


def test_a_task_is_done_and_the_next_step_moved(
    page_for: Callable[..., Page], globex: Customer, acme: Acme, axe: Callable[[Page], None]
) -> None:
    page = page_for(acme.rob, f"/t/acme/customers/{globex.pk}/")
    page.get_by_role("button", name="“Send the price list” is done").click()
    timeline = page.locator("#timeline")
    expect(timeline.get_by_text("Task done")).to_be_visible()
    expect(timeline.get_by_role("heading", name="To do")).to_have_count(0)

    page.get_by_role("link", name="Plan one").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What comes next").fill("Call again")
    dialog.get_by_label("By when").fill("2020-01-01")
    dialog.get_by_role("button", name="Plan").click()
    expect(dialog.get_by_text("This day has passed")).to_be_visible()
    axe(page)
    dialog.get_by_label("By when").fill((acme.tenant.day_of(clock.now()) + timedelta(days=1)).isoformat())
    dialog.get_by_role("button", name="Plan").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#next-step")).to_contain_text("Call again")

    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.locator("#next-step")).to_contain_text("No next step is planned")
    expect(timeline.get_by_text("Call again")).to_be_visible()


def test_tabs_filters_and_lists_are_for_everybody(
    page_for: Callable[..., Page], globex: Customer, acme: Acme, axe: Callable[[Page], None]
) -> None:
    for path in ("?tab=contacts", "?tab=deals"):
        page = page_for(acme.max, f"/t/acme/customers/{globex.pk}/{path}", width=390)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page = page_for(acme.rob, "/t/acme/tasks/", width=390)
    expect(page.get_by_text("Send the price list")).to_be_visible()
    axe(page)
    page = page_for(acme.rob, "/t/acme/customers/?follow_up=overdue", width=390)
    expect(page.get_by_text("No customer matches")).to_be_visible()
    axe(page)
