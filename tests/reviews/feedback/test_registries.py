"""What feedback gives to the home page, the timeline, the measures, the night and a handover."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.measures import Reading, Window
from pipeline.handover.registry import Chosen
from pipeline.risks.registry import Told
from pipeline.timeline.registry import Cursor
from reviews.feedback import handover, risk, services, timeline
from reviews.feedback.measures import read_answered_in_time, read_satisfaction
from reviews.feedback.models import FeedbackCase
from reviews.feedback.waiting import find_waiting
from tests.factories import Acme
from tests.pipeline.cast import acting, customer, deal
from tests.reviews.feedback.cast import NOON, answered, customer_of, resolved, said

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = date(2026, 3, 31)  # of NOON, in New York
MARCH = Window(date(2026, 3, 1), TODAY, date(2026, 4, 30), "America/New_York")


@pytest.fixture(autouse=True)
def _new_york() -> Iterator[None]:
    with timezone.override(ZoneInfo("America/New_York")):
        yield


# --- Waiting ----------------------------------------------------------------------------------------------------------


def test_what_waits_is_what_is_due_by_tomorrow(in_acme: Acme) -> None:
    said(in_acme, in_acme.rob, severity="critical")
    said(in_acme, in_acme.rob, severity="high", kind="suggestion", text="Send a rail kit.")
    said(in_acme, in_acme.rob, received_at=NOON - 5 * DAY, at=NOON, text="Nobody called.")
    said(in_acme, in_acme.rob, severity="low", kind="praise", text="Thank you.")
    found = find_waiting(acting(in_acme, in_acme.rob), TODAY, 20)
    assert [(one.title, one.urgency) for one in found] == [
        ("Customer of Rob Rep: complaint, unanswered since 03/29/2026", "risk"),
        ("Customer of Rob Rep: complaint, answer by 16:00", "risk"),
        ("Customer of Rob Rep: suggestion, answer by 04/01/2026", "warn"),
    ]
    assert found[1].detail == "“Two of ten units came without brackets.”"
    assert find_waiting(acting(in_acme, in_acme.max), TODAY, 20) == [], "the owner's, not the manager's"


# --- Measures ---------------------------------------------------------------------------------------------------------


def test_answered_in_time_counts_deadlines_that_have_come(in_acme: Acme) -> None:
    for hours, severity in ((3, "critical"), (5, "critical"), (20, "high")):
        case = said(in_acme, in_acme.rob, severity=severity, received_at=NOON - 5 * DAY)
        answered(in_acme, case, in_acme.rob, after=HOUR * hours)
    said(in_acme, in_acme.rob, severity="critical", received_at=NOON - 2 * DAY)
    said(in_acme, in_acme.rob, severity="low")
    assert read_answered_in_time(MARCH, [in_acme.rob.pk, in_acme.rita.pk]) == {
        in_acme.rob.pk: Reading(Fraction(2), Fraction(4))
    }


def test_what_happens_later_leaves_a_past_period_as_it_was(in_acme: Acme) -> None:
    case = said(in_acme, in_acme.rob, severity="critical", received_at=NOON - 5 * DAY)
    missed = {in_acme.rob.pk: Reading(Fraction(0), Fraction(1))}
    assert read_answered_in_time(MARCH, [in_acme.rob.pk]) == missed
    case = answered(in_acme, case, in_acme.rob, after=10 * DAY)
    assert read_answered_in_time(MARCH, [in_acme.rob.pk]) == missed
    services.reopen(actor=in_acme.operator, case_id=case.pk, version=case.version, reason="Again.", at=NOON + 9 * DAY)
    assert read_answered_in_time(MARCH, [in_acme.rob.pk]) == missed


def test_satisfaction_is_the_mean_of_the_last_word(in_acme: Acme) -> None:
    for first, last in ((1, 4), (5, 5)):
        case = resolved(in_acme, said(in_acme, in_acme.rob, received_at=NOON - 5 * DAY), in_acme.rob, after=DAY)
        for satisfaction in {first: None, last: None}:
            case = services.rate(
                actor=in_acme.operator, case_id=case.pk, version=case.version, satisfaction=satisfaction, at=NOON
            )
    reading = read_satisfaction(MARCH, [in_acme.rob.pk])[in_acme.rob.pk]
    assert reading.value == Fraction(9, 2)
    before = Window(date(2026, 3, 1), TODAY, date(2026, 3, 30), "America/New_York")
    assert read_satisfaction(before, [in_acme.rob.pk]) == {}, "nobody had asked yet"


# --- The night --------------------------------------------------------------------------------------------------------


def test_unanswered_past_its_deadline_is_a_risk(in_acme: Acme) -> None:
    case = said(in_acme, in_acme.rob, severity="critical")
    said(in_acme, in_acme.rob, severity="low")
    answered(in_acme, said(in_acme, in_acme.rob, severity="critical"), in_acme.rob, after=9 * HOUR)
    assert list(risk.find(TODAY, {"days": 0})) == [], "due today at four"
    (found,) = risk.find(TODAY + DAY, {"days": 0})
    assert (found.subject_id, found.owner_id, found.grave) == (case.pk, in_acme.rob.pk, True)
    assert list(risk.find(TODAY + DAY, {"days": 1})) == []
    wording, told = risk.UNANSWERED.wording, Told(found.evidence, TODAY + 2 * DAY, customer="Globex")
    assert wording.title(told) == "Globex waits for an answer to a complaint"
    assert wording.detail(told) == "2 days past the deadline: “Two of ten units came without brackets.”"
    assert wording.several(3) == "3 customers wait for an answer"
    assert [str(fact.value) for fact in wording.facts(told, "acme")][2:] == ["Critical", "Mail"]


# --- Timeline and handover --------------------------------------------------------------------------------------------


def test_the_timeline_reads_on_from_where_it_stopped(in_acme: Acme) -> None:
    buyer, actor = customer_of(in_acme, in_acme.rob), acting(in_acme, in_acme.rob)
    cases = [said(in_acme, in_acme.rob, received_at=NOON - HOUR * (index // 2), rating=9) for index in range(5)]
    first = timeline.entries(actor, TODAY, buyer.pk, None, 2)
    rest = timeline.entries(actor, TODAY, buyer.pk, Cursor(*first[-1].place), 9)
    newest = sorted(cases, key=lambda case: (case.received_at, case.pk), reverse=True)
    assert [one.key for one in (*first, *rest)] == [case.pk for case in newest]
    assert first[0].title == "Complaint, 9 of 10"
    assert timeline.entries(acting(in_acme, in_acme.sam), TODAY, buyer.pk, None, 9) == []


def test_open_feedback_goes_with_its_customer(in_acme: Acme) -> None:
    stays_done = resolved(in_acme, said(in_acme, in_acme.rob), in_acme.rob, after=HOUR)
    goes = said(in_acme, in_acme.rob)
    other = customer(in_acme, "Initech", in_acme.rob)
    sale = deal(in_acme, in_acme.rob, customer_id=other.pk)
    by_deal, stays = said(in_acme, in_acme.rob, by=other, deal_id=sale.pk), said(in_acme, in_acme.rob, by=other)
    rob, rita = in_acme.rob.pk, in_acme.rita.pk
    assert handover.count(in_acme.operator, rob, TODAY) == 3
    chosen = Chosen(customers=frozenset({goes.customer_id}), deals=frozenset({sale.pk}))
    assert handover.move(in_acme.operator, rob, rita, TODAY, chosen) == 2
    owners = dict(FeedbackCase.objects.values_list("pk", "owner_id"))
    assert owners == {stays_done.pk: rob, goes.pk: rita, by_deal.pk: rita, stays.pk: rob}
    assert goes.entries.order_by("-id")[0].kind == "owner"
    assert handover.move(in_acme.operator, rob, rita, TODAY, Chosen()) == 1
    assert handover.move(in_acme.operator, rob, rita, TODAY, Chosen()) == 0
