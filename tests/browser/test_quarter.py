"""The main path in a real browser on real data: from sign-up to the payout file, by four people and a worker."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from playwright.sync_api import Browser, Page, expect

from accounts.access.actor import Actor
from accounts.people.models import Role
from accounts.people.services import add_member
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from salesops.demo import loading
from tests.scenarios.conftest import celery
from tests.scenarios.processes import WORKER, Celery

__all__ = ["celery"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
PASSWORD = "open the quarter, 2017"
PLAN = {**loading.PLAN, "components": loading.PLAN["components"][:1]}  # the quarterly one: 4, 6 and 10 %
_FILES = ("accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv")


@pytest.fixture
def window(browser: Browser, live_server: Any) -> Iterator[Callable[[], Page]]:
    """A browser window of somebody's own, with whatever the page complains of collected and refused at the end."""
    contexts, complaints = [], []

    def opened() -> Page:
        context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900}, locale="en-US")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def test_a_quarter_from_sign_up_to_the_payout_file(
    window: Callable[[], Page], celery: Celery, shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "crm-sales-opportunities"
    celery.start(WORKER)

    admin = window()
    _sign_up(admin)
    _import(admin, folder)
    _colleagues()

    eve = _sign_in(window(), "eve@northwind.test")
    _set_and_split(eve)
    _edit_and_rebalance(eve)
    _submit_target(eve)
    _approve_target(admin)
    _follow_attainment(eve)

    hana = _sign_in(window(), "hana@northwind.test")
    _load_plan(hana)
    call_command("run_night", tenant="northwind", date="2018-01-01", stdout=io.StringIO())
    _open_statement(hana)
    for month in ("2017-10", "2017-11", "2017-12"):
        _submit_payout(hana, month)
        _approve_payout(eve, month)
    paid = _export(hana, tmp_path)

    assert sum(any(row["payable"] != "0.00" for row in rows) for rows in paid.values()) == 30
    assert sorted(name for name, rows in paid.items() if all(row["payable"] == "0.00" for row in rows)) == [
        "Carl Lin",
        "Carol Thompson",
        "Elizabeth Anderson",
        "Mei-Mei Johns",
        "Natalya Ivanova",
    ]
    assert {row["status"] for rows in paid.values() for row in rows} == {"approved"}


# --- Who does what ----------------------------------------------------------------------------------------------------


def _sign_up(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Create your company").first.click()
    for label, value in {
        "Company": "Northwind",
        "Currency": "USD",
        "Time zone": "America/New_York",
        "Your name": "Ada Admin",
        "Your e-mail": "ada@northwind.test",
        "Password": PASSWORD,
    }.items():
        page.get_by_label(label, exact=True).fill(value)
    page.locator("input[name=slug]").fill("northwind")
    page.get_by_role("button", name="Create").click()
    page.wait_for_url("**/t/northwind/")


def _sign_in(page: Page, email: str) -> Page:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/t/northwind/")
    return page


def _import(page: Page, folder: Path) -> None:
    page.goto("/t/northwind/imports/new/")
    page.locator("input[type=file]").set_input_files([folder / name for name in _FILES])
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_text("“GTXPro” is read as the product “GTX Pro”")).to_be_visible(timeout=60_000)
    page.reload()
    page.get_by_role("button", name="Import 8,800 deals").click()
    expect(page.get_by_role("link", name="To the deals")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("row", name=re.compile("^Deals 8,800 0 0 0$"))).to_be_visible()


def _colleagues() -> None:
    """Whoever the import does not bring. Their passwords come by mail, which this test does not read."""
    tenant = Tenant.objects.get(slug="northwind")
    with tenant_scope(tenant.pk), transaction.atomic():
        for name, role in (("Eve", Role.EXECUTIVE), ("Hana", Role.HR)):
            add_member(
                actor=Actor.operator(tenant),
                full_name=f"{name} Office",
                roles=[role],
                email=f"{name.lower()}@northwind.test",
                password=PASSWORD,
            )


def _set_and_split(page: Page) -> None:
    page.goto("/t/northwind/targets/set/?period=2017-Q4")
    page.get_by_label("Quarter", exact=True).fill("2017-Q4")
    page.get_by_label("Company target", exact=True).fill("3,578,706")
    page.get_by_role("button", name="Set the target").click()
    page.get_by_role("button", name="Place all by last quarter’s share").click()
    expect(page.get_by_role("button", name="Submit for approval").first).to_be_enabled()


def _edit_and_rebalance(page: Page) -> None:
    """A rep's number by hand: what is left to place is named, placed by share, and all is split again as before."""
    _open_all(page)
    row = page.get_by_role("row").filter(has=page.get_by_text("Darcel Schlecht", exact=True))
    before = _number(row.locator("td.num").first.inner_text())
    row.locator("td.num a").first.click()
    field = page.locator("[data-cell-input]")
    field.fill(f"{before - 1000}")
    field.press("Enter")
    expect(page.get_by_text("1,000 of Melvin Marxen is not placed yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Submit for approval").first).to_be_disabled()
    page.get_by_role("button", name="Place by present share").click()
    expect(page.get_by_text("is not placed yet")).to_have_count(0)
    page.get_by_role("link", name="Northwind", exact=True).last.click()
    expect(page.get_by_role("heading", name="Northwind", level=2)).to_be_visible()
    page.get_by_role("button", name="All levels below, by last quarter’s share").click()
    expect(row.locator("td.num").first).to_have_text(f"{before:,}")


def _open_all(page: Page) -> None:
    with page.expect_response(re.compile("open=")):
        page.get_by_role("link", name="Open all").click()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Darcel Schlecht", exact=True)).to_be_visible()


def _number(text: str) -> int:
    return int(text.strip().replace(",", ""))


def _submit_target(page: Page) -> None:
    page.get_by_role("button", name="Submit for approval").first.click()
    page.locator("dialog[open]").get_by_role("button", name="Submit for approval").click()
    expect(page.get_by_role("button", name="Approve").first).to_be_disabled()


def _approve_target(page: Page) -> None:
    page.goto("/t/northwind/targets/")
    page.get_by_role("link", name="2017-Q4").first.click()
    page.get_by_role("button", name="Approve").first.click()
    page.locator("dialog[open]").get_by_role("button", name="Approve and lock 2017-Q4").click()
    expect(page.get_by_text("approved by Ada Admin")).to_be_visible()


def _follow_attainment(page: Page) -> None:
    """The company's number opens onto lines that add up to it."""
    page.goto("/t/northwind/attainment/?period=2017-Q4")
    expect(page.get_by_text("78.3 %").first).to_be_visible()
    page.get_by_role("link", name="2,802,496").first.click()
    expect(page.get_by_text(re.compile(r"2,802,496(\.00)?")).first).to_be_visible()
    expect(page).to_have_url(re.compile("/credits/"))


def _load_plan(page: Page) -> None:
    page.goto("/t/northwind/plans/new/")
    page.get_by_label("Name", exact=True).fill("Field sales")
    page.locator("input[name=effective_from]").fill("2017-10-01")
    page.locator("textarea[name=text]").fill(json.dumps(PLAN))
    page.locator("main form button.primary").click()
    page.get_by_role("link", name="Assign").first.click()
    page.locator("select[name=target]").select_option("role:rep")
    page.locator("input[name=starts_on]").fill("2017-10-01")
    page.locator("form:has(select[name=target]) button").last.click()
    expect(page.get_by_text("4 %").first).to_be_visible()


def _open_statement(page: Page) -> None:
    """A credit that crosses a tier stands open, down to its slices, and names the bound."""
    page.goto("/t/northwind/payouts/2017-12/")
    page.get_by_role("link", name="Hayden Neloms").first.click()
    expect(page.get_by_text("Payable").first).to_be_visible()
    expect(page.get_by_text(re.compile("^crosses")).first).to_be_visible()
    expect(page.get_by_text("It crosses the bound at").first).to_be_visible()


def _submit_payout(page: Page, month: str) -> None:
    page.goto(f"/t/northwind/payouts/{month}/")
    page.get_by_role("button", name="Submit for review…").click()
    page.locator("dialog[open]").get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("You cannot approve this payout.")).to_be_visible()


def _approve_payout(page: Page, month: str) -> None:
    page.goto(f"/t/northwind/payouts/{month}/")
    page.get_by_role("button", name="Approve 35…").click()
    page.locator("dialog[open]").get_by_role("button", name="Approve and lock").click()
    expect(page.get_by_text("by Eve Office")).to_be_visible()


def _export(page: Page, folder: Path) -> dict[str, list[dict[str, str]]]:
    """The three months as downloaded, by participant."""
    paid: dict[str, list[dict[str, str]]] = defaultdict(list)
    for month in ("2017-10", "2017-11", "2017-12"):
        page.goto(f"/t/northwind/payouts/{month}/")
        page.locator("summary", has_text="Export").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").click()
        target = folder / f"{month}.csv"
        download.value.save_as(target)
        for row in csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig"))):
            paid[row["participant"]].append(row)
    return paid
