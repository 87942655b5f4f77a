"""A rep's visits on the phone: four taps, no signal, two tabs, a refusal. Stored once, always."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from playwright.sync_api import Page, expect

from accounts.audit.models import AuditEntry
from accounts.tenancy.context import tenant_scope
from pipeline.visits import services
from pipeline.visits.models import Visit
from salesops.lib import clock
from tests.factories import Acme
from tests.pipeline.cast import acting, customer
from tests.pipeline.visits.cast import DOOR, place_on_the_map, planned

pytestmark = pytest.mark.django_db(transaction=True)
_DAY = "/t/acme/visits/today/"


@contextmanager
def inside(acme: Acme) -> Iterator[None]:
    with tenant_scope(acme.tenant.pk), transaction.atomic():
        yield


@pytest.fixture
def visit(acme: Acme) -> Visit:
    """Rob's visit of today, at a door that is known."""
    with inside(acme):
        buyer = place_on_the_map(customer(acme, "Treequote", owner=acme.rob))
        now = clock.now()
        return planned(acme, acme.rob, buyer, when=now, at=now, purpose="Denver depot, order")


@pytest.fixture
def phone(page_for: Any, acme: Acme) -> Any:
    """Rob's phone at the door: `phone(path)`."""

    def opened(path: str = _DAY, **options: Any) -> Page:
        page: Page = page_for(acme.rob, "/healthz", width=390, **options)
        page.context.grant_permissions(["geolocation"])
        page.context.set_geolocation({"latitude": float(DOOR[0]) + 0.0003, "longitude": float(DOOR[1]), "accuracy": 12})
        page.goto(path)
        return page

    return opened


_KEPT = """async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith("salesops-pages-"));
    const pages = names.length ? await (await caches.open(names[0])).keys() : [];
    const files = await (await caches.open("salesops-files")).keys();
    const inCharge = navigator.serviceWorker.controller !== null;
    return inCharge && pages.length >= 2 && files.some((one) => one.url.includes("app.js"));
}"""
_NO_PAGES = "() => caches.keys().then((names) => !names.some((name) => name.startsWith('salesops-pages-')))"


def _until(page: Page, holds: str) -> None:
    """Wait for a function of the page to be true; Playwright's own wait needs the eval that the policy forbids."""
    for _ in range(100):
        if page.evaluate(holds):
            return
        time.sleep(0.1)
    raise AssertionError(f"Not within ten seconds: {holds}")


def _with_worker(page: Page) -> None:
    """Wait until the day's pages are kept: the worker is in charge and has the visit."""
    _until(page, _KEPT)


def _pick(page: Page, name: str) -> None:
    """One tap on a chip."""
    page.get_by_role("radio", name=name, exact=True).click()


def _stored(acme: Acme) -> Visit:
    with inside(acme):
        visits = list(Visit.objects.all())
    assert len(visits) <= 1, "stored once"
    return visits[0] if visits else Visit()


def _done(acme: Acme) -> Visit:
    """The one visit once it is done; waits for the phone to send it."""
    for _ in range(100):
        if (found := _stored(acme)).state == "done":
            return found
        time.sleep(0.1)
    raise AssertionError(f"The visit is still {found.state}.")


def test_a_visit_is_logged_in_four_taps_from_home(phone: Any, acme: Acme, visit: Visit, axe: Any) -> None:
    page = phone("/t/acme/")
    check_in = page.get_by_role("link", name="Check in Treequote")
    expect(check_in).to_be_visible()
    began = time.monotonic()
    check_in.click()
    expect(page.get_by_text("At the door, 33 m ± 12")).to_be_visible()
    _pick(page, "Order")
    page.locator("[data-days='7']").click()
    page.get_by_role("button", name="Save and check out").click()
    page.wait_for_url(f"**{_DAY}")
    assert time.monotonic() - began < 20

    found = _stored(acme)
    assert (found.state, found.verification, found.outcome, found.distance_m) == ("done", "verified", "order", 33)
    assert found.next_step_on is not None
    expect(page.get_by_text("done", exact=True)).to_be_visible()
    axe(page)


def test_without_signal_a_visit_is_kept_through_a_reload_and_sent_once(
    phone: Any, acme: Acme, visit: Visit, axe: Any
) -> None:
    page = phone()
    _with_worker(page)
    page.context.set_offline(True)

    page.get_by_role("link", name="Treequote", exact=True).click()
    expect(page.get_by_text("No signal", exact=True)).to_be_visible()
    page.get_by_role("button", name="Check in here").click()
    expect(page.get_by_text("At the door, 33 m ± 12")).to_be_visible()
    page.get_by_placeholder("What was said").fill("Wants six")
    page.reload()
    expect(page.get_by_text(re.compile("Checked in"))).to_be_visible()
    expect(page.get_by_placeholder("What was said")).to_have_value("Wants six")
    _pick(page, "Interested")
    axe(page)
    page.get_by_role("button", name="Save and check out").click()
    page.wait_for_url(f"**{_DAY}")
    expect(page.get_by_text("One visit is kept on this phone.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("One visit is kept on this phone.")).to_be_visible()
    assert _stored(acme).state == "planned"

    page.context.set_offline(False)
    found = _done(acme)
    assert (found.outcome, found.note, found.verification) == ("interested", "Wants six", "verified")
    expect(page.get_by_text("One visit is kept on this phone.")).to_be_hidden()
    page.reload()
    page.wait_for_load_state("networkidle")
    with inside(acme):
        trail = AuditEntry.objects.filter(subject=f"pipeline.visit:{found.pk}").order_by("id")
        assert [one.action for one in trail] == ["visit.planned", "visit.checked_in", "visit.finished"]


def test_home_without_signal_leads_to_the_day(phone: Any, visit: Visit) -> None:
    page = phone("/t/acme/")
    _with_worker(page)
    page.context.set_offline(True)
    page.goto("/t/acme/")
    expect(page.get_by_role("link", name="Treequote", exact=True)).to_be_visible()
    assert page.url.endswith(_DAY)


def test_a_visit_that_was_not_planned_is_kept_and_made_once_by_two_tabs(phone: Any, acme: Acme) -> None:
    with inside(acme):
        place_on_the_map(customer(acme, "Hatfan", owner=acme.rob))
    page = phone("/t/acme/visits/log/")
    other = page.context.new_page()
    other.goto(_DAY)
    page.context.set_offline(True)
    page.get_by_label("Customer").fill("Hatfan")
    _pick(page, "Not now")
    page.get_by_role("button", name="Save and check out").click()
    expect(other.get_by_text("One visit is kept on this phone.")).to_be_visible()
    page.context.set_offline(False)
    found = _done(acme)
    assert (found.planned_for, found.outcome) == (None, "not_now")
    with inside(acme):
        assert AuditEntry.objects.filter(subject=f"pipeline.visit:{found.pk}").count() == 2


def test_a_place_is_given_by_hand_where_the_phone_may_not_tell(page_for: Any, acme: Acme, visit: Visit) -> None:
    page = page_for(acme.rob, f"/t/acme/visits/{visit.pk}/", width=390)
    page.get_by_role("button", name="Check in here").click()
    page.get_by_label("Where are you?").fill("Denver depot")
    page.get_by_role("button", name="Check in", exact=True).click()
    expect(page.get_by_text("Place given by hand", exact=True)).to_be_visible()
    page.get_by_role("button", name="Save and check out").click()
    expect(page.get_by_role("alert")).to_have_text("Say how it went.")
    _pick(page, "No one")
    page.get_by_role("button", name="Save and check out").click()
    page.wait_for_url(f"**{_DAY}")
    found = _done(acme)
    assert (found.verification, found.place, found.outcome) == ("unverified", "Denver depot", "no_one")


def test_a_refused_visit_stays_with_its_reason_until_it_is_put_right(phone: Any, acme: Acme, visit: Visit) -> None:
    page = phone()
    _with_worker(page)
    page.context.set_offline(True)
    page.get_by_role("link", name="Check in Treequote").click()
    expect(page.get_by_text(re.compile("Checked in"))).to_be_visible()
    _pick(page, "Order")
    page.get_by_role("button", name="Save and check out").click()
    page.wait_for_url(f"**{_DAY}")
    with inside(acme):
        services.cancel(actor=acting(acme, acme.max), visit_id=visit.pk, version=1, reason="Closed", at=clock.now())
    page.context.set_offline(False)
    expect(page.get_by_text("Somebody changed this visit meanwhile")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Somebody changed this visit meanwhile")).to_be_visible()

    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.get_by_role("radio", name="Order")).to_be_checked()
    page.get_by_role("button", name="Save and check out").click()
    found = _done(acme)
    assert found.outcome == "order"
    page.wait_for_url(f"**{_DAY}")
    expect(page.get_by_text("Somebody changed this visit meanwhile")).to_be_hidden()


def test_a_refused_visit_can_be_discarded(phone: Any, acme: Acme, visit: Visit) -> None:
    page = phone(f"/t/acme/visits/{visit.pk}/")
    with inside(acme):
        services.cancel(actor=acting(acme, acme.max), visit_id=visit.pk, version=1, at=clock.now())
    page.get_by_role("button", name="Check in here").click()
    expect(page.get_by_text("Somebody changed this visit meanwhile").first).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("button", name="Discard")).to_be_hidden()
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.includes(':kept:')).length") == 0


def test_a_server_in_trouble_is_asked_again(phone: Any, acme: Acme, visit: Visit) -> None:
    page = phone(f"/t/acme/visits/{visit.pk}/")
    page.route("**/api/v1/visits/kept/**", lambda route: route.fulfill(status=503, body="busy"))
    page.get_by_role("button", name="Check in here").click()
    expect(page.get_by_text("One visit is kept on this phone.")).to_be_visible()
    assert _stored(acme).state == "planned"
    page.unroute("**/api/v1/visits/kept/**")
    send = page.locator("button", has_text="Send now")
    send.dispatch_event("click")  # not `click`, which waits for a button that is gone once it has sent by itself
    expect(page.get_by_text("One visit is kept on this phone.")).to_be_hidden()
    assert _stored(acme).state == "checked_in"


def test_what_one_member_kept_is_neither_shown_to_nor_sent_by_the_next(
    phone: Any, acme: Acme, visit: Visit, client_for: Any, live_server: Any
) -> None:
    page = phone()
    _with_worker(page)
    page.context.set_offline(True)
    page.get_by_role("link", name="Check in Treequote").click()
    expect(page.get_by_text(re.compile("Checked in"))).to_be_visible()
    session = client_for(acme.rita).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page.context.set_offline(False)  # rob's page is still open; what it sends goes out as rita
    expect(page.get_by_text("Somebody else saved this visit here; only they can send it.").first).to_be_visible()
    page.goto(_DAY)
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-kept-line]")).to_be_hidden()
    assert _stored(acme).state == "planned"
    kept = page.evaluate("Object.keys(localStorage).filter((name) => name.includes(':kept:'))")
    assert kept == [f"salesops:kept:acme:{acme.rob.pk}:{visit.client_key}"], "it is still there for rob"
    names = page.evaluate("caches.keys().then((names) => names.filter((name) => name.startsWith('salesops-pages-')))")
    assert names == [f"salesops-pages-{acme.rita.pk}"], "rob's pages are gone"


def test_signing_out_takes_the_kept_pages_away(phone: Any, visit: Visit) -> None:
    page = phone()
    _with_worker(page)
    page.context.clear_cookies()
    page.goto("/")
    _until(page, _NO_PAGES)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "light"), (390, "dark")])
def test_every_page_of_visits_is_fit_for_all(
    acme: Acme, page_for: Any, axe: Any, visit: Visit, width: int, scheme: str
) -> None:
    with inside(acme):
        later = planned(acme, acme.rob, when=clock.now() + timedelta(days=1), at=clock.now())
    page = page_for(acme.rob, _DAY, width=width, scheme=scheme)
    for path in (
        "visits/today/",
        "visits/log/",
        "visits/plan/",
        "visits/",
        f"visits/{visit.pk}/",
        f"visits/{later.pk}/cancel/",
    ):
        page.goto(f"/t/acme/{path}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
    manager = page_for(acme.max, "/t/acme/visits/", width=width, scheme=scheme)
    axe(manager)
    assert manager.evaluate("document.documentElement.scrollWidth <= innerWidth")
