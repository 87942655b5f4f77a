"""One day in the demo company, in real windows: a rep on the phone, the manager, HR, an executive, and somebody new.

Each does what the day asks for, on the same data one after the other: what the rep leaves is what the manager finds.
axe judges the pages on the way, and whatever a page complains of on its console fails the day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from playwright.sync_api import Page, expect

from accounts.notifications.sending import send_due
from accounts.people.models import Member
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from salesops.demo import loading

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
Axe = Callable[[Page], None]
HOME = "/t/meridian/"


@pytest.fixture
def window(page_for: Callable[..., Page]) -> Iterator[Callable[..., Page]]:
    """`window("Viktor Hale", width=390)`: signed in at home, with whatever the page complains of refused at the end."""
    tenant, complaints = loading.load(), []
    with tenant_scope(tenant.pk), transaction.atomic():
        people = {member.full_name: member for member in Member.objects.select_related("user")}

    def opened(name: str, **options: Any) -> Page:
        page = page_for(people[name], "about:blank", **options)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None)
        page.goto(HOME)
        return page

    yield opened
    # A refused form is answered with 422 on purpose; without signal nothing can be fetched.
    assert [one for one in complaints if "422" not in one and "ERR_INTERNET_DISCONNECTED" not in one] == []


def test_a_day(window: Callable[..., Page], axe: Axe) -> None:
    phone = window("Viktor Hale", width=390)
    visits(phone, axe)
    deal_through_a_gate(phone, axe)
    splits_and_pay(phone, axe)
    next_step(phone, axe)
    feedback(phone, axe)
    sign_review(phone, axe)
    told(phone, axe)
    language_and_theme(phone)
    lose(phone)

    manager = window("Ruben Castro")
    team(manager, axe)
    risk(manager, axe)
    review_of_a_rep(manager, axe)
    hand_over(manager, axe)
    find(manager)

    cycle(window("Hana Ito"), axe)
    approve(window("Evelyn Cho"), axe)
    invite(window("Ada Winter"), axe)


# --- A rep, on the phone ----------------------------------------------------------------------------------------------


def visits(page: Page, axe: Axe) -> None:
    """Check in, how it went, when next, done: four taps. Then one that the phone keeps while there is no signal."""
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 39.74, "longitude": -104.99, "accuracy": 15})
    page.get_by_role("link", name=re.compile("^Check in ")).first.click()
    page.get_by_role("radio", name="Order", exact=True).click()
    page.locator("[data-days='7']").click()
    page.get_by_role("button", name="Save and check out").click()
    page.wait_for_url("**/visits/today/")
    expect(page.get_by_text("done", exact=True)).to_have_count(2)
    axe(page)

    page.goto(f"{HOME}visits/log/")
    page.context.set_offline(True)
    page.get_by_label("Customer").fill("Alder Foods")
    page.get_by_role("radio", name="Interested", exact=True).click()
    page.get_by_role("button", name="Save and check out").click()
    expect(page.get_by_text("One visit is kept on this phone.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("One visit is kept on this phone.")).to_be_hidden()
    page.goto(f"{HOME}visits/today/")
    expect(page.get_by_text("Alder Foods")).to_have_count(1)


def deal_through_a_gate(page: Page, axe: Axe) -> None:
    """A new deal goes on until the gate asks for the product; what it asks is given and the deal has moved."""
    page.goto(f"{HOME}deals/new/")
    page.get_by_label("Title").fill("A new hall")
    page.get_by_label("Customer").fill("Alder Foods")
    page.get_by_label("Amount").fill("12,000")
    axe(page)
    page.locator("main form button.primary").click()
    expect(page.get_by_text("A new hall").first).to_be_visible()
    page.get_by_role("button", name="Engaging", exact=True).click()
    expect(page.get_by_role("button", name="Prospecting", exact=True)).to_be_visible()
    page.get_by_role("button", name="Proposal", exact=True).click()
    dialog = page.locator("#move-dialog")
    expect(dialog.get_by_role("heading", name="Before it moves on")).to_be_visible()
    axe(page)
    dialog.get_by_label("Product").select_option(index=1)
    dialog.get_by_role("button", name="Save and move").click()
    expect(page.get_by_role("button", name="Engaging", exact=True)).to_be_visible()


def splits_and_pay(page: Page, axe: Axe) -> None:
    """60 and 30 are refused with what was written kept; 60 and 40 are taken, and the pay follows the share."""
    pay = page.locator("#panel-pay")
    expect(pay).to_contain_text("adds 480.00 for Viktor")
    page.get_by_role("link", name="Edit Splits").click()
    form = page.locator("#deal-splits")
    shares, people = form.get_by_label("Share %"), form.get_by_label("Person")
    shares.nth(0).fill("60")
    people.nth(1).select_option(label="Wren Abbott")
    shares.nth(1).fill("30")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert").or_(form.locator(".error")).first).to_be_visible()
    expect(shares.nth(1)).to_have_value("30")
    axe(page)
    shares.nth(1).fill("40")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("row", name=re.compile("Wren Abbott"))).to_contain_text("4,800.00")
    expect(pay).to_contain_text("adds 288.00 for Viktor")


def next_step(page: Page, axe: Axe) -> None:
    page.get_by_role("link", name="Alder Foods").first.click()
    page.locator("#next-step a[data-dialog]").click()
    dialog = page.locator("#next-step-dialog")
    dialog.get_by_label("What comes next").fill("Bring the drawings")
    dialog.get_by_label("By when").fill("2099-01-05")
    dialog.get_by_role("button", name="Plan").click()
    expect(page.locator("#next-step")).to_contain_text("Bring the drawings")
    axe(page)


def feedback(page: Page, axe: Axe) -> None:
    page.goto(f"{HOME}feedback/")
    page.get_by_role("link", name="Alder Partners").first.click()
    page.get_by_role("link", name="Answer", exact=True).click()
    page.locator("#feedback_answer").get_by_label("Your answer").fill("The brackets leave today.")
    page.locator("#feedback_answer").locator("button.primary").click()
    expect(page.get_by_text("The brackets leave today.")).to_be_visible()
    page.get_by_role("link", name="Resolve", exact=True).click()
    page.locator("#feedback_resolve").get_by_label("What was done about it").fill("Two brackets sent.")
    page.locator("#feedback_resolve").locator("button.primary").click()
    expect(page.get_by_text("Two brackets sent.")).to_be_visible()
    axe(page)


def sign_review(page: Page, axe: Axe) -> None:
    page.goto(f"{HOME}reviews/")
    page.get_by_role("link", name=re.compile("^Sign ")).click()
    axe(page)
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Sign").click()
    expect(page.get_by_role("heading", name="Sign-off")).to_be_visible()


def told(page: Page, axe: Axe) -> None:
    page.goto(f"{HOME}inbox/")
    axe(page)
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("button", name="Mark all as read")).to_have_count(0)


def language_and_theme(page: Page) -> None:
    page.goto(f"{HOME}preferences/")
    page.get_by_label("All pages and your settings").click()
    page.get_by_role("button", name="Dark").last.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    for name, language in (("简体中文", "zh-hans"), ("繁體中文", "zh-hant"), ("English", "en")):
        if not page.get_by_role("button", name=name).last.is_visible():
            page.locator(".phone-menu summary").click()
        page.get_by_role("button", name=name).last.click()
        expect(page.locator("html")).to_have_attribute("lang", re.compile(language, re.IGNORECASE))


def lose(page: Page) -> None:
    """Not without a reason."""
    page.goto(f"{HOME}deals/?search=Alder+Foods")
    page.get_by_role("row", name=re.compile("Proposal")).get_by_role("link").first.click()
    page.get_by_role("link", name="Lost", exact=True).click()
    dialog = page.locator("#move-dialog")
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(dialog.get_by_text("This field is required.")).to_be_visible()
    dialog.get_by_label("Why was it lost?").select_option("Price")
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(page.get_by_text("Marked as lost.")).to_be_visible()


# --- The manager ------------------------------------------------------------------------------------------------------


def team(page: Page, axe: Axe) -> None:
    """The page agrees with itself: what the strip says of the team is what stands below the people."""
    standing, heat = page.locator("#panel-standing"), page.locator("#panel-team")
    attained = standing.locator(".stat .v").first.inner_text()
    expect(heat.get_by_role("row", name=re.compile("^Together"))).to_contain_text(attained)
    for name in ("pace", "forecast", "alerts", "waiting"):
        expect(page.locator(f"#panel-{name}")).to_be_visible()
    page.wait_for_load_state("networkidle")
    axe(page)
    page.goto(f"{HOME}visits/")
    expect(page.get_by_role("row", name=re.compile("Viktor Hale.*Order")).first).to_be_visible()
    axe(page)


def risk(page: Page, axe: Axe) -> None:
    """Acknowledged, with a plan, mitigated, and in the end muted with a reason."""
    page.goto(f"{HOME}risks/")
    axe(page)
    page.get_by_role("link", name=re.compile("Granite Foods")).first.click()
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)
    page.get_by_label("What is to be done").fill("Call their buyer")
    page.get_by_role("button", name="Add step").click()
    page.get_by_role("button", name="Done: Call their buyer").click()
    expect(page.get_by_text("1 of 1 done")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Being mitigated").first).to_be_visible()
    page.get_by_role("link", name="Mute").click()
    dialog = page.locator("#risk_mute")
    dialog.get_by_label("Mute until").fill(datetime.now(UTC).strftime("%Y-12-31"))
    dialog.get_by_label("Why it is muted").fill("Their budget opens in January")
    dialog.locator("button.primary").click()
    expect(page.get_by_text("Their budget opens in January").first).to_be_visible()
    axe(page)


def review_of_a_rep(page: Page, axe: Axe) -> None:
    page.goto(f"{HOME}reviews/")
    page.get_by_role("link", name=re.compile("^Review Uma Krishnan")).click()
    axe(page)
    for field in page.get_by_label("Value", exact=True).all():
        field.fill("4")
    page.get_by_label("How the period went, as you see it").fill("A good October.")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("button", name="Share")).to_have_count(0)
    expect(page.get_by_text("Meeting and sign-off").first).to_be_visible()


def hand_over(page: Page, axe: Axe) -> None:
    page.goto(f"{HOME}members/?search=Yusuf")
    page.get_by_role("link", name="Yusuf Demir").first.click()
    page.locator("#panel-handovers").get_by_role("link", name="Hand over").click()
    page.get_by_label("To", exact=True).select_option(label="Viktor Hale")
    axe(page)
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("heading", name=re.compile("Yusuf Demir"))).to_be_visible()
    axe(page)


def find(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("Granite F")
    expect(page.locator("#palette-found")).to_contain_text("Granite Foods")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Granite Foods", level=1)).to_be_visible()


# --- HR, an executive, an admin and somebody new ----------------------------------------------------------------------


def cycle(page: Page, axe: Axe) -> None:
    """The payouts and the night are there to see; last month's cycle is on its way; the payout waits for another."""
    page.wait_for_load_state("networkidle")
    axe(page)
    page.locator("#panel-payouts").get_by_role("link").filter(has_text=re.compile(r"20\d\d")).nth(1).click()
    expect(page.get_by_text("You cannot approve this payout.")).to_be_visible()
    axe(page)
    page.goto(f"{HOME}reviews/")
    page.get_by_role("link", name="Cycles").click()
    page.get_by_role("link", name=re.compile(" check$")).first.click()
    axe(page)


def approve(page: Page, axe: Axe) -> None:
    page.wait_for_load_state("networkidle")
    axe(page)
    waiting = page.locator("#panel-waiting")
    waiting.locator("li", has_text="Handover").get_by_role("link", name="Review").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    page.goto(HOME)
    waiting.locator("li", has_text="waits for approval").get_by_role("link", name="Review").click()
    page.get_by_role("button", name=re.compile("^Approve")).click()
    page.locator("dialog[open]").get_by_role("button", name="Approve and lock").click()
    expect(page.get_by_text("by Evelyn Cho")).to_be_visible()
    axe(page)


def invite(page: Page, axe: Axe) -> None:
    """A colleague gets a mail, opens its link elsewhere, chooses a password and is in."""
    page.goto(f"{HOME}members/new/")
    page.get_by_label("Full name").fill("Nora Newcomer")
    page.get_by_label("Rep", exact=True).check()
    page.get_by_label("E-mail", exact=True).fill("nora@meridian.example")
    axe(page)
    page.locator("main form button.primary").click()
    expect(page.get_by_role("heading", name="Nora Newcomer")).to_be_visible()

    tenant = Tenant.objects.get(slug=loading.SLUG)
    with tenant_scope(tenant.pk):
        send_due(datetime.now(UTC))
    (sent,) = [one for one in mail.outbox if one.to == ["nora@meridian.example"]]
    path = re.search(r"https?://[^/]+(/\S+)", str(sent.body))
    assert path is not None
    page.context.clear_cookies()
    page.goto(path[1])
    axe(page)
    page.get_by_label("Choose a password").fill("walk in on her first day")
    page.get_by_role("button", name="Accept and enter").click()
    page.wait_for_url(f"**{HOME}")
    expect(page.get_by_role("heading", name=re.compile("Nora"))).to_be_visible()
