"""What one person looks after goes to another: on its day, once, whole, and never the past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.audit.models import AuditEntry
from accounts.home.waiting import waiting_for
from accounts.jobs.services import run_inline
from accounts.people.models import Member
from accounts.tenancy.context import tenant_scope
from pipeline import facts
from pipeline.customers.models import CustomerOwner
from pipeline.handover import registry, services
from pipeline.handover.models import Handover
from pipeline.handover.registry import Chosen, HandoverStep
from pipeline.handover.services import Wanted
from salesops.lib import clock
from salesops.lib.errors import DomainError, NotVisible
from tests.factories import MARKER, Acme, Stranger
from tests.pipeline.cast import acting, customer, deal, won
from tests.pipeline.visits.cast import NOON, planned, visited

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
TODAY = date(2026, 3, 31)
LATER = TODAY + timedelta(days=10)


def _asked(acme: Acme, by: Member | None = None, **changes: Any) -> Handover:
    """Everything of rob's to rita, today, by their manager."""
    wanted = replace(Wanted(acme.rob.pk, acme.rita.pk, TODAY), **changes)
    return services.request_handover(actor=acting(acme, by or acme.max), wanted=wanted, at=NOON)


def _night(acme: Acme, day: date) -> Any:
    at = datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
    return run_inline(actor=acme.operator, kind="pipeline.handover", period=day.isoformat(), as_of=at)


def test_everything_moves_at_once_and_the_past_stays(in_acme: Acme) -> None:
    buyer = customer(in_acme, owner=in_acme.rob)
    sold = won(in_acme, in_acme.rob, amount=100_00, customer_id=buyer.pk)
    open_deal = deal(in_acme, in_acme.rob, customer_id=buyer.pk)
    coming, been = planned(in_acme, in_acme.rob, buyer), visited(in_acme, in_acme.rob, buyer)
    done = _asked(in_acme, reason="Changes team")
    assert done.state == "done"
    assert {name: done.moved[name] for name in ("customers", "deals", "visits")} == {
        "customers": 1,
        "deals": 1,
        "visits": 1,
    }
    for row, owner in (
        (buyer, in_acme.rita),
        (open_deal, in_acme.rita),
        (coming, in_acme.rita),
        (sold, in_acme.rob),
        (been, in_acme.rob),
    ):
        row.refresh_from_db()
        assert row.owner_id == owner.pk, row
    credited = facts.total(facts.Slice(date(2026, 1, 1), TODAY, participants=[in_acme.rob.pk]))
    assert credited.value == 100_00, "what was credited stays"
    assert [one.owner_id for one in CustomerOwner.objects.filter(customer=buyer).order_by("starts_on")][-1] == (
        in_acme.rita.pk
    )
    assert (done.customer_ids, done.deal_ids) == ([buyer.pk], [open_deal.pk])
    assert AuditEntry.objects.filter(action="handover.done").count() == 1


def test_only_what_is_chosen_moves_and_what_hangs_on_it(in_acme: Acme) -> None:
    mine, other = customer(in_acme, "Mine", in_acme.rob), customer(in_acme, "Other", in_acme.rob)
    going, staying = planned(in_acme, in_acme.rob, mine), planned(in_acme, in_acme.rob, other)
    open_deal = deal(in_acme, in_acme.rob, customer_id=mine.pk)
    elsewhere = deal(in_acme, in_acme.rob, customer_id=other.pk)
    done = _asked(in_acme, chosen=Chosen(frozenset([mine.pk])))
    for row, owner in (
        (mine, in_acme.rita),
        (going, in_acme.rita),
        (other, in_acme.rob),
        (staying, in_acme.rob),
        (open_deal, in_acme.rita),
        (elsewhere, in_acme.rob),
    ):
        row.refresh_from_db()
        assert row.owner_id == owner.pk, row
    assert (done.moved["customers"], done.moved["deals"]) == (1, 1)
    assert (done.customer_ids, done.deal_ids) == ([mine.pk], [open_deal.pk])


def test_a_planned_handover_waits_for_its_night_and_runs_once(in_acme: Acme) -> None:
    buyer = customer(in_acme, owner=in_acme.rob)
    made = _asked(in_acme, takes_effect_on=LATER)
    assert made.state == "planned"
    told = waiting_for(acting(in_acme, in_acme.rita), TODAY)
    assert [one.url for one in told] == [f"/t/acme/handovers/{made.pk}/"]
    assert _night(in_acme, LATER - timedelta(days=1)).counts["handovers"] == 0
    night = _night(in_acme, LATER)
    assert (night.counts["handovers"], night.warnings) == (1, [])
    buyer.refresh_from_db()
    assert buyer.owner_id == in_acme.rita.pk
    assert _night(in_acme, LATER + timedelta(days=1)).counts["handovers"] == 0


def test_a_taker_who_has_left_meanwhile_leaves_it_as_it_is(in_acme: Acme) -> None:
    buyer = customer(in_acme, owner=in_acme.rob)
    made = _asked(in_acme, takes_effect_on=LATER)
    Member.objects.filter(pk=in_acme.rita.pk).update(left_on=TODAY)
    night = _night(in_acme, LATER)
    assert night.counts["handovers"] == 0
    assert len(night.warnings) == 1
    buyer.refresh_from_db()
    made.refresh_from_db()
    assert (buyer.owner_id, made.state) == (in_acme.rob.pk, "planned")


def test_a_failing_step_leaves_nothing_half_moved(in_acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any) -> int:
        raise RuntimeError("broken")

    buyer = customer(in_acme, owner=in_acme.rob)
    monkeypatch.setattr(registry, "_steps", dict(registry._steps))
    registry.register(HandoverStep("broken", "Broken", 99, lambda *args: 0, fails))
    with pytest.raises(RuntimeError):
        _asked(in_acme)
    buyer.refresh_from_db()
    assert buyer.owner_id == in_acme.rob.pk
    assert not Handover.objects.exists()


def test_a_taker_of_another_team_needs_a_second_manager(in_acme: Acme) -> None:
    buyer = customer(in_acme, owner=in_acme.rob)
    made = _asked(in_acme, taker_id=in_acme.sam.pk)
    assert made.state == "waiting"
    assert _night(in_acme, TODAY).counts["handovers"] == 0
    with pytest.raises(NotVisible):
        services.approve(actor=acting(in_acme, in_acme.max), handover_id=made.pk, version=1, at=NOON)
    waiting = waiting_for(acting(in_acme, in_acme.mia), TODAY)
    assert [one.url for one in waiting] == [f"/t/acme/handovers/{made.pk}/"]
    with pytest.raises(DomainError, match="changed this handover meanwhile"):
        services.approve(actor=acting(in_acme, in_acme.mia), handover_id=made.pk, version=7, at=NOON)
    done = services.approve(actor=acting(in_acme, in_acme.mia), handover_id=made.pk, version=1, at=NOON)
    buyer.refresh_from_db()
    assert (done.state, done.decided_by_id, buyer.owner_id) == ("done", in_acme.mia.pk, in_acme.sam.pk)


def test_an_executive_needs_nobody_s_approval(in_acme: Acme) -> None:
    assert _asked(in_acme, by=in_acme.eve, taker_id=in_acme.sam.pk).state == "done"


def test_a_planned_handover_can_be_cancelled_and_a_done_one_not(in_acme: Acme) -> None:
    made = _asked(in_acme, takes_effect_on=LATER)
    with pytest.raises(DomainError, match="already a handover of everything"):
        _asked(in_acme, takes_effect_on=LATER)
    with pytest.raises(NotVisible):
        services.cancel(actor=acting(in_acme, in_acme.mia), handover_id=made.pk, version=1, at=NOON)
    services.cancel(actor=acting(in_acme, in_acme.max), handover_id=made.pk, version=1, at=NOON)
    assert _night(in_acme, LATER).counts["handovers"] == 0
    done = _asked(in_acme)
    with pytest.raises(DomainError, match="is over"):
        services.cancel(actor=acting(in_acme, in_acme.max), handover_id=done.pk, version=done.version, at=NOON)


def test_whoever_has_left_may_give_but_not_take(in_acme: Acme) -> None:
    buyer = customer(in_acme, owner=in_acme.rob)
    Member.objects.filter(pk=in_acme.rob.pk).update(left_on=TODAY - timedelta(days=5))
    assert _asked(in_acme, by=in_acme.eve).state == "done"
    buyer.refresh_from_db()
    assert buyer.owner_id == in_acme.rita.pk
    with pytest.raises(DomainError, match="is not with the company"):
        _asked(in_acme, by=in_acme.eve, giver_id=in_acme.rita.pk, taker_id=in_acme.rob.pk)


def test_what_cannot_be_is_refused(in_acme: Acme, stranger: Stranger) -> None:
    with tenant_scope(stranger.tenant.pk):
        theirs = customer(stranger, MARKER)
    sams = customer(in_acme, "Sams", in_acme.sam)
    for field, changes in (
        ("takes_effect_on", {"takes_effect_on": TODAY - timedelta(days=1)}),
        ("takes_effect_on", {"takes_effect_on": TODAY + timedelta(days=400)}),
        ("taker", {"taker_id": in_acme.rob.pk}),
        ("taker", {"taker_id": in_acme.hana.pk}),
        ("taker", {"taker_id": stranger.rep.pk}),
        ("giver", {"giver_id": in_acme.sam.pk}),
        ("giver", {"giver_id": stranger.rep.pk}),
        ("customers", {"chosen": Chosen(frozenset(), frozenset())}),
        ("customers", {"chosen": Chosen(frozenset([theirs.pk]))}),
        ("customers", {"chosen": Chosen(frozenset([sams.pk]))}),
        ("deals", {"chosen": Chosen(frozenset(), frozenset([10**9]))}),
    ):
        with pytest.raises(DomainError) as refused:
            _asked(in_acme, **changes)
        assert refused.value.field == field, changes
    with pytest.raises(DomainError, match="role"):
        _asked(in_acme, by=in_acme.rob)
    assert not Handover.objects.exists()


def test_in_the_browser_from_the_question_to_what_was_moved(in_acme: Acme, client_for: ClientFor) -> None:
    buyer, stays = customer(in_acme, "Treequote", in_acme.rob), customer(in_acme, "Hatfan", in_acme.rob)
    client = client_for(in_acme.max)
    first = client.get("/t/acme/handovers/new/").content.decode()
    assert ("Rob Rep" in first, "Sam Rep" in first) == (True, False)
    address = f"/t/acme/handovers/new/?from={in_acme.rob.pk}"
    assert client.get(f"/t/acme/handovers/new/?from={in_acme.sam.pk}").templates[0].name.endswith("handover_from.html")
    assert "Treequote" in client.get(address).content.decode()
    page = client.get(f"/t/acme/members/{in_acme.rob.pk}/handovers/")
    assert {str(one.label): one.number for one in page.context["counts"]}["Customers"] == 2
    day = clock.today("America/New_York")
    typed = {"taker": in_acme.rita.pk, "takes_effect_on": str(day), "what": "some"}
    assert client.post(address, typed).status_code == 422
    answer = client.post(address, {**typed, "customers": [buyer.pk]})
    made = Handover.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/t/acme/handovers/{made.pk}/")
    page = client.get(answer["Location"]).content.decode()
    assert ("Treequote" in page, stays.name in page) == (True, False)
    assert client_for(in_acme.rita).get(answer["Location"]).status_code == 200
    assert client_for(in_acme.sam).get(answer["Location"]).status_code == 404


def test_over_rest_once(in_acme: Acme, client_for: ClientFor) -> None:
    buyer = customer(in_acme, owner=in_acme.rob)
    client, day = client_for(in_acme.max), clock.today("America/New_York") + timedelta(days=3)
    body = {"giver": in_acme.rob.pk, "taker": in_acme.rita.pk, "takes_effect_on": str(day), "customers": [buyer.pk]}
    headers = {"Idempotency-Key": "handover-1"}
    first, again = (
        client.post("/t/acme/api/v1/handovers/", body, "application/json", headers=headers) for _ in range(2)
    )
    assert (first.status_code, again.json()) == (201, first.json())
    assert Handover.objects.count() == 1
    address = f"/t/acme/api/v1/handovers/{first.json()['id']}/"
    etag = client.get(address).headers["ETag"]
    cancelled = client.post(f"{address}cancel/", headers={"If-Match": etag})
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert client.post(f"{address}cancel/", headers={"If-Match": etag}).status_code == 412


def test_a_member_s_page_offers_it_to_who_answers_for_them(in_acme: Acme, client_for: ClientFor) -> None:
    customer(in_acme, owner=in_acme.rob)
    address = f"/t/acme/members/{in_acme.rob.pk}/handovers/"
    offer = f"/t/acme/handovers/new/?from={in_acme.rob.pk}"
    assert f'hx-get="{address}"' in client_for(in_acme.max).get(f"/t/acme/members/{in_acme.rob.pk}/").content.decode()
    assert offer in client_for(in_acme.max).get(address).content.decode()
    assert offer not in client_for(in_acme.mia).get(address).content.decode()
