"""A quarter's target in Chromium: set, placed, edited by keyboard, rebalanced, submitted, approved, looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from accounts.tenancy.context import tenant_scope
from tests.factories import Acme, load_acme
from tests.targets.books import Won, book

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[..., Page]


@pytest.fixture
def company() -> Iterator[Acme]:
    """Acme with a third quarter of 60 Rob, 20 Rita, 20 Sam (in thousands), and 30 by Rob in the fourth."""
    acme = load_acme()
    with tenant_scope(acme.tenant.pk), transaction.atomic():
        third, fourth = date(2017, 8, 15), date(2017, 11, 3)
        sales = [Won(acme.rob, third, 60_000_00), Won(acme.rita, third, 20_000_00), Won(acme.sam, third, 20_000_00)]
        book(acme.operator, [*sales, Won(acme.rob, fourth, 30_000_00)])
    return acme


def cell(page: Page, name: str) -> str:
    """The node's quarter, as the grid shows it."""
    return page.get_by_role("row", name=name).locator(".cell").first.inner_text()


def set_target(page: Page) -> None:
    page.get_by_role("link", name="Set a target").first.click()
    page.get_by_label("Quarter").fill("2017-Q4")
    page.get_by_label("Quarter").press("Tab")
    page.get_by_role("link", name="+20.0").click()
    expect(page.get_by_label("Company target")).to_have_value("120000")
    page.get_by_role("button", name="Set the target").click()


def test_from_a_company_target_to_approved_quotas(company: Acme, page_for: Open, axe: Callable[[Page], None]) -> None:
    page = page_for(company.eve, "/t/acme/targets/")
    set_target(page)
    expect(page.get_by_text("120,000 of Acme is not placed yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Submit for approval").first).to_be_disabled()
    page.get_by_role("button", name="Place all by last quarter’s share").click()
    expect(page.get_by_text("is not placed yet")).to_have_count(0)
    assert (cell(page, "Rob Rep"), cell(page, "Sue Rep")) == ("72,000", "0")

    row = page.get_by_role("row", name="Rita Rep")
    row.locator("[data-cell]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Rob Rep, 2017-Q4")).to_be_focused()
    page.keyboard.type("1")
    page.keyboard.press("Escape")
    expect(page.locator("[data-cell-input]")).to_have_count(0)
    assert cell(page, "Rob Rep") == "72,000"
    page.keyboard.press("Enter")
    expect(page.get_by_label("Rob Rep, 2017-Q4")).to_be_focused()
    page.keyboard.type("60,000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("12,000 of North is not placed yet.")).to_be_visible()
    axe(page)

    page.get_by_text("Place on one…").click()
    page.get_by_role("button", name="Rita Rep").click()
    expect(page.get_by_text("What was left is placed on Rita Rep.")).to_be_visible()
    assert cell(page, "Rita Rep") == "36,000"
    page.get_by_role("button", name="Submit for approval").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Submit for approval").click()
    expect(page.get_by_text("another executive or admin must approve them", exact=False)).to_be_visible()

    other = page_for(company.erik, page.url.partition("/t/")[1] + page.url.partition("/t/")[2])
    other.get_by_role("button", name="Approve", exact=True).click()
    expect(other.get_by_role("dialog")).to_contain_text("120,000 USD become the targets of 4 reps")
    axe(other)
    other.get_by_role("button", name="Approve and lock 2017-Q4").click()
    expect(other.get_by_text("Version 1, approved")).to_be_visible()
    other.get_by_role("link", name="Attainment").last.click()
    expect(other.get_by_role("row", name="Rob Rep")).to_contain_text("50.0")
    other.get_by_role("row", name="Rob Rep").get_by_role("link", name="30,000").click()
    expect(other.locator("main")).to_contain_text("30,000")


def test_locking_by_keyboard_while_typing(company: Acme, page_for: Open) -> None:
    page = page_for(company.eve, "/t/acme/targets/")
    set_target(page)
    page.get_by_role("button", name="Place all evenly").click()
    expect(page.get_by_text("is not placed yet")).to_have_count(0)
    page.get_by_role("row", name="Rob Rep").locator("[data-cell]").first.click()
    expect(page.locator("[data-cell-input]")).to_be_focused()
    page.keyboard.press("l")
    expect(page.get_by_role("row", name="Rob Rep").get_by_role("img", name="Locked")).to_be_visible()
    page.get_by_role("link", name="North", exact=True).click()
    page.get_by_role("button", name="By last quarter’s share ±").click()
    expect(page.get_by_text("North is placed.")).to_be_visible()
    assert (cell(page, "Rob Rep"), cell(page, "Rita Rep")) == ("30,000", "30,000")


def test_a_refusal_keeps_what_was_typed(company: Acme, page_for: Open) -> None:
    page = page_for(company.eve, "/t/acme/targets/")
    set_target(page)
    page.get_by_role("row", name="North").locator("[data-cell]").first.click()
    expect(page.get_by_label("North, 2017-Q4")).to_be_focused()
    page.keyboard.type("much")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("“much” is not an amount.")
    expect(page.get_by_label("North, 2017-Q4")).to_have_value("much")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 800, 1440])
def test_the_pages_are_sound_at_every_width(
    company: Acme,
    page_for: Open,
    axe: Callable[[Page], None],
    screenshot: Callable[[Page, str], object],
    width: int,
    scheme: str,
) -> None:
    page = page_for(company.eve, "/t/acme/targets/", width=width, scheme=scheme)
    set_target(page)
    page.get_by_role("button", name="Place all by last quarter’s share").click()
    expect(page.get_by_text("is not placed yet")).to_have_count(0)
    page.get_by_text("By weights…").click()
    for address in (page.url, "/t/acme/targets/", "/t/acme/targets/set/?period=2018-Q1", "/t/acme/attainment/"):
        if address != page.url:
            page.goto(address)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    screenshot(page, f"attainment-{width}-{scheme}")
