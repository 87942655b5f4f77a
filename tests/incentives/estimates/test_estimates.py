"""What a deal would pay. Rob has booked 1,200.00 of the quarter; the plan pays 4 %, and 10 % above 1,000.00."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest
from django.db.models import Max
from django.test import Client

from accounts.access.actor import Actor
from accounts.audit.models import AuditEntry
from accounts.people.models import Member
from incentives.estimates.estimate import estimates
from incentives.statements.models import Statement
from pipeline.deals.facts import prospect
from pipeline.deals.models import Deal, Split, Stage
from pipeline.deals.services import win
from pipeline.ledger.models import CreditLine
from salesops.lib import clock
from tests.factories import Acme
from tests.incentives.cast import by_attainment, document, plan_for_reps, recompute, statement
from tests.pipeline.cast import deal

NOVEMBER = date(2017, 11, 1)
TODAY = date(2017, 11, 15)
CLOSING = date(2017, 11, 30)
ActorFor = Callable[[Member], Actor]


@pytest.fixture
def open_deal(computed: Acme) -> Deal:
    Stage.objects.create(name="Engaging", kind="open", position=1, probability=50)
    return deal(computed, computed.rob, amount=300_00)


@pytest.fixture
def on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda time_zone: TODAY)


def test_it_is_what_the_night_pays_once_the_deal_is_won(computed: Acme, open_deal: Deal, actor_for: ActorFor) -> None:
    rob = actor_for(computed.rob)
    (found,) = estimates(rob, prospect(rob, TODAY, open_deal.pk), CLOSING, 300_00, TODAY)
    before = statement(computed.rob, NOVEMBER).earned

    win(actor=rob, deal_id=open_deal.pk, version=1, amount=300_00, closed_on=CLOSING, as_of=CLOSING)
    recompute(computed)

    assert found.adds == 30_00
    assert statement(computed.rob, NOVEMBER).earned - before == found.adds


def test_looking_writes_nothing(
    computed: Acme, open_deal: Deal, client_for: Callable[[Member], Client], on_the_day: None
) -> None:
    def written() -> tuple[object, ...]:
        newest = Statement.objects.aggregate(last=Max("computed_at"))["last"]
        return CreditLine.objects.count(), newest, AuditEntry.objects.count(), Deal.objects.get(pk=open_deal.pk).version

    before = written()

    assert client_for(computed.rob).get(f"/t/acme/deals/{open_deal.pk}/pay/").status_code == 200
    assert written() == before


def test_the_way_to_the_next_tier_begins_at_what_is_reached(
    computed: Acme, open_deal: Deal, actor_for: ActorFor
) -> None:
    rita = computed.rita  # 300.00 so far: in the first tier
    hers = deal(computed, rita, amount=200_00)
    (found,) = estimates(actor_for(rita), prospect(actor_for(rita), TODAY, hers.pk), CLOSING, 200_00, TODAY)

    climb = found.climb
    assert climb is not None
    assert (found.adds, climb.before, climb.after) == (8_00, 300_00, 500_00)
    assert (climb.start, climb.end, climb.start_text, climb.end_text) == (0, 1_000_00, "0", "1,000")
    assert climb.tier.missing == 500_00


def test_each_participant_is_paid_by_the_own_share(computed: Acme, open_deal: Deal, actor_for: ActorFor) -> None:
    Split.objects.bulk_create(
        Split(deal=open_deal, member=member, share=share)
        for member, share in ((computed.rob, 750_000), (computed.rita, 250_000))
    )
    eve, rob = actor_for(computed.eve), actor_for(computed.rob)

    everybody = estimates(eve, prospect(eve, TODAY, open_deal.pk), CLOSING, 300_00, TODAY)
    own = estimates(rob, prospect(rob, TODAY, open_deal.pk), CLOSING, 300_00, TODAY)

    assert {one.name: one.adds for one in everybody} == {"Rob Rep": 22_50, "Rita Rep": 3_00}
    assert [one.name for one in own] == ["Rob Rep"], "a colleague's pay is not his business"


def test_a_manager_sees_it_only_where_the_company_allows(computed: Acme, open_deal: Deal, actor_for: ActorFor) -> None:
    max_ = actor_for(computed.max)
    seen = prospect(max_, TODAY, open_deal.pk)
    assert estimates(max_, seen, CLOSING, 300_00, TODAY) == []

    max_.tenant.managers_see_pay = True

    assert [one.adds for one in estimates(max_, seen, CLOSING, 300_00, TODAY)] == [30_00]


def test_without_plan_or_quota_it_says_why(sold: Acme, actor_for: ActorFor) -> None:
    Stage.objects.create(name="Engaging", kind="open", position=1, probability=50)
    made = deal(sold, sold.rob, amount=300_00)
    rob = actor_for(sold.rob)
    (none,) = estimates(rob, prospect(rob, TODAY, made.pk), CLOSING, 300_00, TODAY)
    plan_for_reps(sold, document(by_attainment()))
    (unmeasured,) = estimates(rob, prospect(rob, TODAY, made.pk), CLOSING, 300_00, TODAY)

    assert (none.adds, none.reason) == (None, "There is no plan on that day.")
    assert unmeasured.adds is None
    assert "no quota" in unmeasured.reason


def test_a_quota_makes_it_a_share_of_the_quota(sold: Acme, actor_for: ActorFor) -> None:
    Stage.objects.create(name="Engaging", kind="open", position=1, probability=50)
    made = deal(sold, sold.rob, amount=400_00)
    plan_for_reps(sold, document(by_attainment(quota="2000")))
    rob = actor_for(sold.rob)

    (found,) = estimates(rob, prospect(rob, TODAY, made.pk), CLOSING, 400_00, TODAY)

    assert found.climb is not None
    assert (found.climb.ratio_before, found.climb.ratio_after) == (Fraction(60, 100), Fraction(80, 100))
    assert found.climb.tier.missing == 400_00
    assert found.adds == 16_00


def test_another_amount_is_cut_in_proportion_of_the_line_items() -> None:
    from pipeline.deals.facts import Prospect, ProspectPart  # noqa: PLC0415

    parts = [ProspectPart(100, 1, "A", "x"), ProspectPart(200, 2, "B", "y")]
    made = Prospect(1, "D1", 300, None, True, "", False, parts, [])

    assert [part.amount for part in made.parts_of(100)] == [33, 67]
    assert sum(part.amount for part in made.parts_of(101)) == 101


def test_the_panel_asks_for_an_amount_where_there_is_none(
    computed: Acme, open_deal: Deal, client_for: Callable[[Member], Client], on_the_day: None
) -> None:
    unknown = deal(computed, computed.rob)
    rob = client_for(computed.rob)

    assert "no amount yet" in rob.get(f"/t/acme/deals/{unknown.pk}/pay/").content.decode()
    assert "12.00" in rob.get(f"/t/acme/deals/{unknown.pk}/pay/?amount=120").content.decode()
    assert rob.get(f"/t/acme/deals/{unknown.pk}/pay/?amount=-1").status_code == 422
    assert rob.get(f"/t/acme/deals/{unknown.pk}/pay/?closing=someday").status_code == 422
    assert client_for(computed.max).get(f"/t/acme/deals/{unknown.pk}/pay/").content.strip() == b""


def test_the_panel_and_the_card_say_the_same(
    computed: Acme, open_deal: Deal, client_for: Callable[[Member], Client], on_the_day: None
) -> None:
    rob = client_for(computed.rob)
    for address in (f"/t/acme/deals/{open_deal.pk}/pay/", f"/t/acme/deals/{open_deal.pk}/pay/card/"):
        page = rob.get(address)
        assert "30.00" in page.content.decode()
        assert "30 November" in page.content.decode()
        assert "no-store" in page["Cache-Control"]


def test_over_rest(computed: Acme, open_deal: Deal, client_for: Callable[[Member], Client], on_the_day: None) -> None:
    rob = client_for(computed.rob)
    (row,) = rob.get(f"/t/acme/api/v1/deals/{open_deal.pk}/pay/").json()

    assert (row["adds"], row["reason"]) == ("30.00", "")
    assert rob.get(f"/t/acme/api/v1/deals/{open_deal.pk}/pay/?closing=tomorrow").status_code == 400
    unknown = deal(computed, computed.rob)
    assert rob.get(f"/t/acme/api/v1/deals/{unknown.pk}/pay/").json()["code"] == "no_amount"
