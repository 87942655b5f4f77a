"""Plan, check in, finish; once, by the right person, at a believable place and time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from accounts.audit.models import AuditEntry
from accounts.tenancy.context import tenant_scope
from pipeline.customers.models import Customer
from pipeline.visits import services
from pipeline.visits.models import Visit
from pipeline.visits.place import Place, distance_m
from pipeline.visits.values import Arrival, Plan, Report
from salesops.lib.errors import DomainError, NotVisible
from tests.factories import MARKER, Acme, Stranger
from tests.pipeline.cast import acting, customer, deal
from tests.pipeline.visits.cast import DOOR, NOON, at_the_door, planned, report, visited

pytestmark = pytest.mark.django_db


def test_a_visit_is_planned_checked_in_and_finished(in_acme: Acme) -> None:
    visit = planned(in_acme, in_acme.rob)
    rob = acting(in_acme, in_acme.rob)
    visit = services.check_in(actor=rob, visit_id=visit.pk, version=1, arrival=at_the_door(NOON), at=NOON)
    assert (visit.state, visit.verification, visit.distance_m) == ("checked_in", "verified", 0)
    later = NOON + timedelta(minutes=25)
    visit = services.finish(actor=rob, visit_id=visit.pk, version=2, report=report(later), at=later)
    visit.refresh_from_db()
    assert (visit.state, visit.outcome, visit.next_step_on) == ("done", "order", date(2026, 4, 7))
    buyer = Customer.objects.get(pk=visit.customer_id)
    assert (buyer.last_activity_on, buyer.next_step_on, buyer.next_step) == (
        date(2026, 3, 31),
        date(2026, 4, 7),
        "Send the quote",
    )
    trail = AuditEntry.objects.filter(subject=f"pipeline.visit:{visit.pk}").order_by("id")
    assert [entry.action for entry in trail] == ["visit.planned", "visit.checked_in", "visit.finished"]


def test_the_same_visit_sent_twice_is_stored_once(in_acme: Acme) -> None:
    rob, key = acting(in_acme, in_acme.rob), uuid4()
    plan = Plan(in_acme.rob.pk, customer(in_acme, owner=in_acme.rob).pk, None, "Stock check")
    sent: dict[str, Any] = {
        "actor": rob,
        "client_key": key,
        "plan": plan,
        "version": None,
        "arrival": at_the_door(NOON),
        "report": report(NOON),
    }
    first = services.log_visit(**sent, at=NOON)
    again = services.log_visit(**sent, at=NOON + timedelta(hours=3))
    assert (again.pk, again.version, again.checked_in_at) == (first.pk, first.version, NOON)
    assert Visit.objects.count() == 1
    assert AuditEntry.objects.filter(subject=f"pipeline.visit:{first.pk}").count() == 2


def test_an_arrival_and_its_report_may_come_apart(in_acme: Acme) -> None:
    rob, visit = acting(in_acme, in_acme.rob), planned(in_acme, in_acme.rob)
    sent: dict[str, Any] = {"actor": rob, "client_key": visit.client_key, "plan": None, "arrival": at_the_door(NOON)}
    services.log_visit(**sent, version=1, report=None, at=NOON)
    done = services.log_visit(**sent, version=1, report=report(NOON), at=NOON + timedelta(minutes=5))
    assert (done.state, done.version) == ("done", 3)


def test_planning_twice_under_one_key_plans_once_and_another_visit_s_key_is_refused(in_acme: Acme) -> None:
    rob, key = acting(in_acme, in_acme.rob), uuid4()
    plan = Plan(in_acme.rob.pk, customer(in_acme, owner=in_acme.rob).pk, NOON + timedelta(days=1))
    first = services.plan(actor=rob, plan=plan, client_key=key, at=NOON)
    assert services.plan(actor=rob, plan=plan, client_key=key, at=NOON).pk == first.pk
    other = replace(plan, customer_id=customer(in_acme, "Initech", owner=in_acme.rob).pk)
    with pytest.raises(DomainError, match="belongs to another visit"):
        services.plan(actor=rob, plan=other, client_key=key, at=NOON)


@pytest.mark.parametrize(
    ("off", "code"),
    [(timedelta(minutes=-6), "future"), (timedelta(days=31), "too_old")],
)
def test_a_check_in_of_the_future_or_long_ago_is_refused(in_acme: Acme, off: timedelta, code: str) -> None:
    visit = planned(in_acme, in_acme.rob)
    with pytest.raises(DomainError) as refused:
        services.check_in(
            actor=acting(in_acme, in_acme.rob),
            visit_id=visit.pk,
            version=1,
            arrival=at_the_door(NOON),
            at=NOON + off,
        )
    assert (refused.value.code, refused.value.field) == (code, "captured_at")


def test_a_check_in_kept_for_days_still_counts_on_its_own_day(in_acme: Acme) -> None:
    visit = planned(in_acme, in_acme.rob)
    heard = NOON + timedelta(days=29)
    services.log_visit(
        actor=acting(in_acme, in_acme.rob),
        client_key=visit.client_key,
        plan=None,
        version=1,
        arrival=at_the_door(NOON),
        report=report(NOON),
        at=heard,
    )
    visit.refresh_from_db()
    assert (visit.at, visit.captured_at, visit.checked_in_at) == (NOON, NOON, heard)


@pytest.mark.parametrize(
    ("place", "field"),
    [
        (Place(Decimal("90.1"), Decimal(0), 10), "latitude"),
        (Place(Decimal(0), Decimal("-180.5"), 10), "longitude"),
        (Place(Decimal("NaN"), Decimal(0), 10), "latitude"),
        (Place(Decimal(0), Decimal(0), -1), "accuracy_m"),
        (Place(Decimal(0), None, 10), "latitude"),
        (Place(text="x" * 201), "place"),
    ],
)
def test_a_place_that_is_none_is_refused(in_acme: Acme, place: Place, field: str) -> None:
    visit = planned(in_acme, in_acme.rob)
    with pytest.raises(DomainError) as refused:
        services.check_in(
            actor=acting(in_acme, in_acme.rob), visit_id=visit.pk, version=1, arrival=Arrival(NOON, place), at=NOON
        )
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("metres", "accuracy", "verification"),
    [
        (100, 12, "verified"),
        (400, 40, "out_of_radius"),
        (180, 60, "unverified"),
        (20, 3000, "unverified"),
    ],
)
def test_the_place_says_whether_it_was_the_door(in_acme: Acme, metres: int, accuracy: int, verification: str) -> None:
    visit = planned(in_acme, in_acme.rob)
    north = DOOR[0] + Decimal(metres) / Decimal(111_195)
    place = Place(north.quantize(Decimal("0.000001")), DOOR[1], accuracy)
    visit = services.check_in(
        actor=acting(in_acme, in_acme.rob), visit_id=visit.pk, version=1, arrival=Arrival(NOON, place), at=NOON
    )
    assert visit.verification == verification
    assert visit.distance_m == pytest.approx(metres, abs=1)


def test_by_hand_and_at_a_customer_without_coordinates_nothing_is_verified(in_acme: Acme) -> None:
    by_hand = visited(in_acme, in_acme.rob, place=Place(text="Denver depot"))
    assert (by_hand.verification, by_hand.place_source, by_hand.place) == ("unverified", "by_hand", "Denver depot")
    nowhere = visited(in_acme, in_acme.rob, customer(in_acme, owner=in_acme.rob))
    assert (nowhere.verification, nowhere.distance_m, nowhere.place_source) == ("unverified", None, "geolocation")


def test_a_kilometre_is_a_kilometre() -> None:
    assert distance_m(0, 0, 0, 1) == pytest.approx(111_195, abs=1)
    assert distance_m(0, 179.9995, 0, -179.9995) == pytest.approx(111, abs=1)
    assert distance_m(31.2304, 121.4737, 39.9042, 116.4074) == pytest.approx(1_067_000, rel=0.005)


def test_nobody_checks_in_for_another(in_acme: Acme) -> None:
    visit = planned(in_acme, in_acme.rob)
    with pytest.raises(DomainError, match="Only the one who was there"):
        services.check_in(
            actor=acting(in_acme, in_acme.max), visit_id=visit.pk, version=1, arrival=at_the_door(NOON), at=NOON
        )
    with pytest.raises(NotVisible):
        services.check_in(
            actor=acting(in_acme, in_acme.sam), visit_id=visit.pk, version=1, arrival=at_the_door(NOON), at=NOON
        )
    with pytest.raises(DomainError, match="somebody else's now"):
        services.log_visit(
            actor=acting(in_acme, in_acme.sam),
            client_key=visit.client_key,
            plan=None,
            version=1,
            arrival=at_the_door(NOON),
            report=None,
            at=NOON,
        )


def test_an_old_version_is_refused_and_a_cancelled_visit_can_still_take_place(in_acme: Acme) -> None:
    visit, rob = planned(in_acme, in_acme.rob), acting(in_acme, in_acme.rob)
    services.cancel(actor=acting(in_acme, in_acme.max), visit_id=visit.pk, version=1, reason="Closed", at=NOON)
    with pytest.raises(DomainError, match="changed this visit meanwhile"):
        services.check_in(actor=rob, visit_id=visit.pk, version=1, arrival=at_the_door(NOON), at=NOON)
    there = services.check_in(actor=rob, visit_id=visit.pk, version=2, arrival=at_the_door(NOON), at=NOON)
    assert (there.state, there.note) == ("checked_in", "")
    with pytest.raises(DomainError, match="Only a planned visit"):
        services.cancel(actor=rob, visit_id=visit.pk, version=3, at=NOON)


def test_a_planned_visit_moves_and_says_what_changed(in_acme: Acme) -> None:
    visit, rob = planned(in_acme, in_acme.rob), acting(in_acme, in_acme.rob)
    plan = replace(Plan.of(visit), planned_for=NOON + timedelta(days=2), purpose="Sign")
    same = services.change(actor=rob, visit_id=visit.pk, version=1, plan=Plan.of(visit), at=NOON)
    assert same.version == 1
    moved = services.change(actor=rob, visit_id=visit.pk, version=1, plan=plan, at=NOON)
    assert (moved.at, moved.version) == (NOON + timedelta(days=2), 2)
    told = AuditEntry.objects.get(action="visit.changed").data["changes"]
    assert told["purpose"] == ["Quarterly call", "Sign"]
    with pytest.raises(DomainError, match="That day is over"):
        services.change(
            actor=rob,
            visit_id=visit.pk,
            version=2,
            plan=replace(plan, planned_for=NOON - timedelta(days=1)),
            at=NOON,
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "great"}, "outcome"),
        ({"next_step_on": date(2026, 3, 30)}, "next_step_on"),
        ({"next_step_on": None}, "next_step_on"),
        ({"note": "x" * 4001}, "note"),
        ({"checked_out_at": NOON - timedelta(minutes=1)}, "checked_out_at"),
    ],
)
def test_a_report_that_cannot_be_is_refused(in_acme: Acme, changes: dict[str, Any], field: str) -> None:
    visit, rob = planned(in_acme, in_acme.rob), acting(in_acme, in_acme.rob)
    services.check_in(actor=rob, visit_id=visit.pk, version=1, arrival=at_the_door(NOON), at=NOON)
    with pytest.raises(DomainError) as refused:
        services.finish(actor=rob, visit_id=visit.pk, version=2, report=replace(report(NOON), **changes), at=NOON)
    assert refused.value.field == field


def test_a_door_that_nobody_opened_is_no_contact(in_acme: Acme) -> None:
    visit = visited(in_acme, in_acme.rob, told=Report("no_one", NOON))
    assert Customer.objects.get(pk=visit.customer_id).last_activity_on is None


def test_references_outside_the_company_or_the_reach_are_refused(in_acme: Acme, stranger: Stranger) -> None:
    with tenant_scope(stranger.tenant.pk):
        theirs, their_rep = customer(stranger, MARKER), stranger.rep
    rob = acting(in_acme, in_acme.rob)
    buyer, other = customer(in_acme, owner=in_acme.rob), customer(in_acme, "Initech", owner=in_acme.rob)
    good = Plan(in_acme.rob.pk, buyer.pk, NOON + timedelta(hours=1))
    for field, plan in (
        ("customer", replace(good, customer_id=theirs.pk)),
        ("owner", replace(good, owner_id=their_rep.pk)),
        ("owner", replace(good, owner_id=in_acme.sam.pk)),
        ("deal", replace(good, deal_id=deal(in_acme, in_acme.rob, customer_id=other.pk).pk)),
        ("contact", replace(good, contact_id=10**9)),
    ):
        with pytest.raises(DomainError) as refused:
            services.plan(actor=rob, plan=plan, client_key=uuid4(), at=NOON)
        assert refused.value.field == field
    assert not Visit.objects.exists()


def test_the_database_refuses_a_done_visit_without_a_check_in(in_acme: Acme) -> None:
    visit = planned(in_acme, in_acme.rob)
    for values in (
        {"state": "done", "outcome": "order", "checked_out_at": NOON},
        {"state": "checked_in"},
        {"latitude": 91, "longitude": 0, "accuracy_m": 1, "place_source": "geolocation"},
        {"verification": "verified"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Visit.objects.filter(pk=visit.pk).update(**values)


def test_a_day_is_the_company_s_own(in_acme: Acme) -> None:
    """Half past eleven at night in New York is the next day in UTC; planning then for that day is still allowed."""
    late = datetime(2026, 3, 31, 23, 30, tzinfo=ZoneInfo("America/New_York"))
    visit = planned(in_acme, in_acme.rob, when=late - timedelta(hours=2), at=late)
    assert visit.planned_for == late - timedelta(hours=2)
