"""Sign-up, the first pages and the settings in Chromium, with axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories import Acme

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stranger_to_the_site(browser: Browser, live_server: Any):
    context = browser.new_context(base_url=live_server.url, timezone_id="Asia/Shanghai", locale="en")
    yield context.new_page()
    context.close()


def test_a_company_is_made_from_the_landing_page(stranger_to_the_site: Page, axe) -> None:
    page = stranger_to_the_site
    page.goto("/")
    axe(page)
    page.get_by_role("link", name="Create your company").first.click()
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Shanghai")
    page.get_by_label("Company").fill("Müller & Söhne")
    expect(page.get_by_label("Address")).to_have_value("muller-sohne")
    page.get_by_label("Currency").fill("eur")
    page.get_by_label("Your name").fill("Mia Müller")
    page.get_by_label("Your e-mail").fill("mia@mueller.test")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Create company").click()
    expect(page.get_by_text("This password is too short")).to_be_visible()
    expect(page.get_by_label("Company")).to_have_value("Müller & Söhne")
    axe(page)

    page.get_by_label("Password").fill("a password of her own")
    page.get_by_role("button", name="Create company").click()

    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    assert page.url.endswith("/t/muller-sohne/")
    axe(page)


def test_one_signs_in_by_hand_and_out_again(stranger_to_the_site: Page, acme: Acme, axe) -> None:
    page = stranger_to_the_site
    page.goto("/t/acme/members/?search=rob")
    axe(page)
    page.get_by_label("Email").fill("ada@acme.test")
    page.get_by_label("Password").fill("correct horse battery staple")
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("link", name="Rob Rep")).to_be_visible()
    page.locator(".side .nav-row").click()
    axe(page)
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_role("link", name="Create your company").first).to_be_visible()


def test_the_list_narrows_as_one_types_and_can_be_sent_to_a_colleague(acme: Acme, page_for) -> None:
    page = page_for(acme.eve, "/t/acme/members/")
    page.get_by_role("searchbox").fill("rita")

    expect(page.locator("#member-table tbody tr")).to_have_count(1)
    assert "search=rita" in page.url


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_every_settings_page_is_fit_for_all(acme: Acme, page_for, axe, width: int, scheme: str) -> None:
    page = page_for(acme.ada, "/t/acme/", width=width, scheme=scheme)
    for path in (
        "",
        "members/",
        "members/?search=nobody",
        "members/new/",
        f"members/{acme.rob.pk}/",
        "teams/",
        f"teams/{acme.north.pk}/",
        "company/",
        "api-tokens/",
        "audit-log/",
    ):
        page.goto(f"/t/acme/{path}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
