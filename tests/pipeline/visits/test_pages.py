"""The pages of visits in a browser without script, and what they give to other rooms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from accounts.home.waiting import waiting_for
from accounts.measures import Window, find_measure
from pipeline.timeline.registry import sources_for
from pipeline.visits import selectors
from pipeline.visits.models import Visit
from pipeline.visits.place import Place
from pipeline.visits.values import Report
from pipeline.visits.weeks import Week
from salesops.lib import clock
from tests.factories import Acme
from tests.pipeline.cast import acting, customer
from tests.pipeline.visits.cast import NOON, planned, visited

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]


def _here(hours: float = 1) -> datetime:
    """Today by the wall clock, for pages that read it."""
    return clock.now() + timedelta(hours=hours)


def test_a_rep_plans_moves_and_cancels_in_the_browser(in_acme: Acme, client_for: ClientFor) -> None:
    buyer = customer(in_acme, owner=in_acme.rob)
    client, day = client_for(in_acme.rob), (clock.now() + timedelta(days=3)).date()
    typed = {"client_key": str(uuid4()), "customer": buyer.name, "day": str(day), "time": "14:30", "purpose": "Sign"}
    assert client.get(f"/t/acme/visits/plan/?customer={buyer.pk}").context["form"]["customer"].value() == buyer.name
    answer = client.post("/t/acme/visits/plan/", typed)
    visit = Visit.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/t/acme/visits/{visit.pk}/")
    local = visit.at.astimezone(ZoneInfo("America/New_York"))
    assert (local.date(), local.hour, local.minute, visit.owner_id) == (day, 14, 30, in_acme.rob.pk)
    client.post("/t/acme/visits/plan/", typed)
    assert Visit.objects.count() == 1, "the form sent twice plans once"

    client.post(f"/t/acme/visits/{visit.pk}/change/", {**typed, "version": 1, "time": "16:00"})
    stale = client.post(f"/t/acme/visits/{visit.pk}/change/", {**typed, "version": 1, "time": "17:00"})
    assert stale.status_code == 422
    assert "changed this visit meanwhile" in stale.content.decode()
    assert client.post(f"/t/acme/visits/{visit.pk}/cancel/", {"version": 2, "reason": "Ill"}).status_code == 303
    visit.refresh_from_db()
    assert (visit.state, visit.note) == ("cancelled", "Ill")


def test_a_visit_is_logged_without_script(in_acme: Acme, client_for: ClientFor) -> None:
    visit = planned(in_acme, in_acme.rob, when=_here(), at=clock.now())
    client, address = client_for(in_acme.rob), f"/t/acme/visits/{visit.pk}/"
    assert client.get(address).headers["X-Keep-Offline"] == str(in_acme.rob.pk)
    typed = {"client_key": str(visit.client_key), "version": 1, "place": "Denver depot"}
    assert client.post(address, typed).status_code == 303
    visit.refresh_from_db()
    assert (visit.state, visit.place, visit.verification) == ("checked_in", "Denver depot", "unverified")
    refused = client.post(address, {**typed, "outcome": "order", "next_step": "Send it"})
    assert refused.status_code == 422
    assert "Give the next step a day" in refused.content.decode()
    done = client.post(address, {**typed, "outcome": "order", "note": "Six", "next_step_on": ""})
    assert (done.status_code, done["Location"]) == (303, "/t/acme/visits/today/")
    visit.refresh_from_db()
    assert (visit.state, visit.outcome, visit.note) == ("done", "order", "Six")


def test_a_visit_that_was_not_planned_needs_a_customer_of_one_s_own(in_acme: Acme, client_for: ClientFor) -> None:
    mine, other = customer(in_acme, "Mine", in_acme.rob), customer(in_acme, "Other", in_acme.sam)
    client = client_for(in_acme.rob)
    page = client.get("/t/acme/visits/log/").content.decode()
    assert (mine.name in page, other.name in page) == (True, False)
    typed = {"client_key": str(uuid4()), "customer": "Other", "outcome": "interested"}
    assert client.post("/t/acme/visits/log/", typed).status_code == 422
    assert client.post("/t/acme/visits/log/", {**typed, "customer": "mine"}).status_code == 422
    assert client.post("/t/acme/visits/log/", {**typed, "customer": "Mine"}).status_code == 303
    assert Visit.objects.get().state == "done"


def test_the_day_lists_what_is_next_and_what_was_left_open(in_acme: Acme, client_for: ClientFor) -> None:
    now = clock.now()
    old = planned(in_acme, in_acme.rob, when=now - timedelta(days=2), at=now - timedelta(days=3))
    visited(in_acme, in_acme.rob, when=now)
    coming = planned(in_acme, in_acme.rob, when=now, at=now)
    page = client_for(in_acme.rob).get("/t/acme/visits/today/")
    assert page.context["next"] == coming
    assert page.context["left_open"] == [old]
    assert f"/t/acme/visits/{coming.pk}/#check-in" in page.content.decode()
    waiting = waiting_for(acting(in_acme, in_acme.rob), in_acme.tenant.day_of(now))
    assert [one.url for one in waiting if "/visits/" in one.url] == [f"/t/acme/visits/{old.pk}/"]


def test_a_manager_sees_the_team_s_week_and_who_has_none(in_acme: Acme, client_for: ClientFor) -> None:
    visited(in_acme, in_acme.rob)
    visited(in_acme, in_acme.rob, when=NOON - timedelta(days=1), place=Place(text="By hand"))
    planned(in_acme, in_acme.rob)
    visited(in_acme, in_acme.sam)
    client = client_for(in_acme.max)
    page = client.get("/t/acme/visits/?week=2026-W14")
    rows = {row.member.full_name: row for row in page.context["team"]}
    assert set(rows) == {"Rob Rep", "Rita Rep"}, "sam is in the other team"
    rob, rita = rows["Rob Rep"], rows["Rita Rep"]
    assert (rob.done, rob.made, rob.share, rob.planned) == ([1, 1, 0, 0, 0, 0, 0], 2, 0.5, 1)
    assert rita.has_none
    assert len(page.context["visits"]) == 3
    verified = client.get("/t/acme/visits/?week=2026-W14&verification=verified&state=done")
    assert len(verified.context["visits"]) == 1
    one = client.get(f"/t/acme/visits/?week=2026-W14&member={in_acme.rob.pk}")
    assert [len(day.visits) for day in one.context["days"]] == [1, 2, 0, 0, 0, 0, 0]


def test_a_week_of_nowhere_is_this_week_and_a_foreign_member_is_nobody(in_acme: Acme, client_for: ClientFor) -> None:
    client = client_for(in_acme.rob)
    for query in (
        "week=2026-W99",
        "week=x",
        "member=99999999999999999999",
        f"member={in_acme.sam.pk}",
        "first=2026-13-01",
    ):
        page = client.get(f"/t/acme/visits/?{query}")
        assert page.status_code == 200
        assert not any(day.visits for day in page.context.get("days", []))


def test_a_late_visit_belongs_to_the_company_s_own_day(in_acme: Acme) -> None:
    """Half past eleven on Sunday night in New York is Monday in UTC."""
    late = datetime(2026, 4, 5, 23, 30, tzinfo=ZoneInfo("America/New_York"))
    visited(in_acme, in_acme.rob, when=late)
    week = selectors.team_week(acting(in_acme, in_acme.max), Week.of(date(2026, 4, 5)), [in_acme.rob])
    assert week[0].done == [0, 0, 0, 0, 0, 0, 1]


def test_the_measure_counts_verified_visits_and_its_explanation_lists_them(
    in_acme: Acme, client_for: ClientFor
) -> None:
    for days in (0, 1, 40):
        visited(in_acme, in_acme.rob, when=NOON - timedelta(days=days))
    visited(in_acme, in_acme.rob, place=Place(text="By hand"))
    measure = find_measure("visits")
    window = Window(date(2026, 3, 1), date(2026, 3, 31), date(2026, 3, 31), "America/New_York")
    assert measure is not None
    assert {id: reading.value for id, reading in measure.read(window, [in_acme.rob.pk, in_acme.rita.pk]).items()} == {
        in_acme.rob.pk: 2
    }
    assert measure.explain is not None
    page = client_for(in_acme.max).get(measure.explain("acme", window, in_acme.rob.pk))
    assert len(page.context["visits"]) == 2


def test_visits_are_on_the_timeline_and_on_the_customer_s_page(in_acme: Acme, client_for: ClientFor) -> None:
    done = visited(in_acme, in_acme.rob, told=Report("order", NOON, "Wants six"))
    actor = acting(in_acme, in_acme.rob)
    source = next(source for source in sources_for(actor) if source.name == "visit")
    (entry,) = source.entries(actor, date(2026, 3, 31), done.customer_id, None, 10)
    assert (entry.at, str(entry.subject), entry.detail) == (NOON, "Order", "Wants six")
    panel = client_for(in_acme.rob).get(f"/t/acme/customers/{done.customer_id}/visits/").content.decode()
    assert "Wants six" in panel
    assert f"/t/acme/visits/plan/?customer={done.customer_id}" in panel


def test_the_worker_reaches_the_company_and_no_further(in_acme: Acme, client_for: ClientFor) -> None:
    answer = client_for(in_acme.rob).get("/t/acme/visits/worker.js")
    assert answer["Service-Worker-Allowed"] == "/t/acme/"
    assert answer["Content-Type"].startswith("text/javascript")


def test_pay_is_never_kept_on_the_phone(in_acme: Acme, client_for: ClientFor) -> None:
    client = client_for(in_acme.rob)
    for path in ("", "statements/", "visits/", "customers/", "deals/"):
        assert "X-Keep-Offline" not in client.get(f"/t/acme/{path}").headers
