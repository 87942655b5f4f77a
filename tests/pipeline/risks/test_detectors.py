"""What the pipeline's own detectors find, and what they leave alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.people.models import Member
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal, Stage
from pipeline.risks.detectors import OVERDUE, SILENT, STALLED
from pipeline.risks.registry import Detector, Finding, Told, every_detector
from tests.factories import Acme
from tests.pipeline.cast import customer, deal, won
from tests.pipeline.risks.cast import MONDAY, stalled

pytestmark = pytest.mark.django_db


def found_by(detector: Detector, day: date = MONDAY, **parameters: int) -> dict[int, Finding]:
    return {one.subject_id: one for one in detector.find(day, detector.defaults() | parameters)}


def words(detector: Detector, finding: Finding, **names: str) -> tuple[str, str]:
    told = Told(finding.evidence, MONDAY, "USD", **names)
    return detector.wording.title(told), detector.wording.detail(told)


# --- Stalled deals ---------------------------------------------------------------------------------------------------


def test_a_deal_is_stalled_from_the_day_after_the_last_allowed(in_acme: Acme) -> None:
    (made,) = stalled(in_acme, in_acme.rob, since=MONDAY - timedelta(days=30))
    assert found_by(STALLED) == {}
    found = found_by(STALLED, MONDAY + timedelta(days=1))
    assert found[made.pk].evidence == {"stage": "Prospecting", "since": "2026-01-31", "allowed": 30}
    assert (found[made.pk].owner_id, found[made.pk].deal_id) == (in_acme.rob.pk, made.pk)


def test_the_stages_own_age_comes_before_the_companys(in_acme: Acme) -> None:
    (made,) = stalled(in_acme, in_acme.rob, since=MONDAY - timedelta(days=15))
    Stage.objects.filter(pk=made.stage_id).update(allowed_days=14)
    assert found_by(STALLED)[made.pk].evidence["allowed"] == 14
    Stage.objects.filter(pk=made.stage_id).update(allowed_days=60)
    assert found_by(STALLED, allowed=10) == {}


def test_a_stage_without_a_limit_raises_no_alert_unless_the_company_names_one(in_acme: Acme) -> None:
    (made,) = stalled(in_acme, in_acme.rob, since=MONDAY - timedelta(days=400))
    Stage.objects.filter(pk=made.stage_id).update(allowed_days=None)
    assert found_by(STALLED) == {}
    assert found_by(STALLED, allowed=90)[made.pk].evidence["allowed"] == 90


def test_after_twice_the_days_allowed_it_is_grave(in_acme: Acme) -> None:
    (made,) = stalled(in_acme, in_acme.rob, since=MONDAY - timedelta(days=60))
    assert not found_by(STALLED)[made.pk].grave
    assert found_by(STALLED, MONDAY + timedelta(days=1))[made.pk].grave


def test_a_closed_deal_does_not_stand_still(in_acme: Acme) -> None:
    won(in_acme, in_acme.rob, closed_on=date(2025, 3, 1))
    assert found_by(STALLED) == {}


def test_a_stalled_deal_in_words(in_acme: Acme) -> None:
    (made,) = stalled(in_acme, in_acme.rob, since=MONDAY - timedelta(days=38))
    told = words(STALLED, found_by(STALLED)[made.pk], customer="Blackzim", deal="D7")
    assert told == ("Blackzim (D7) stands still", "38 days in Prospecting, 30 allowed")


# --- Deals past their closing day ------------------------------------------------------------------------------------


def test_a_deal_is_overdue_the_day_after_and_after_the_grace_that_a_company_gives(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob, expected_on=MONDAY - timedelta(days=1))
    deal(in_acme, in_acme.rob, expected_on=MONDAY)
    deal(in_acme, in_acme.rob)
    assert set(found_by(OVERDUE)) == {made.pk}
    assert found_by(OVERDUE, grace=1) == {}


def test_a_month_past_its_day_it_is_grave(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob, expected_on=MONDAY - timedelta(days=31))
    finding = found_by(OVERDUE)[made.pk]
    assert finding.grave
    assert words(OVERDUE, finding, deal="D7") == ("D7 should have closed", "Expected by Jan. 30, 2026, 31 days ago")


# --- Silent customers ------------------------------------------------------------------------------------------------


def _entered(company: Acme, name: str, days: int, owner: Member | None = None, **values: object) -> Customer:
    """A customer who has been in the company for so many days."""
    made = customer(company, name, owner=owner or company.rob)
    created = datetime.combine(MONDAY - timedelta(days=days), datetime.min.time(), UTC)
    Customer.objects.filter(pk=made.pk).update(created_at=created, **values)
    return made


def test_a_customer_with_an_open_deal_is_silent_after_the_days_set(in_acme: Acme) -> None:
    silent = _entered(in_acme, "Silent", 200, last_activity_on=MONDAY - timedelta(days=46))
    talked = _entered(in_acme, "Talked to", 200, last_activity_on=MONDAY - timedelta(days=45))
    idle = _entered(in_acme, "Without deals", 200, last_activity_on=MONDAY - timedelta(days=46))
    for one in (silent, talked):
        deal(in_acme, in_acme.rob, customer_id=one.pk)
    found = found_by(SILENT)
    assert set(found) == {silent.pk}, idle
    assert found[silent.pk].evidence == {"since": "2026-01-15", "never": False, "open": 1}


def test_a_purchase_is_contact_and_makes_a_customer_worth_talking_to_for_a_year(in_acme: Acme) -> None:
    lately, once, long_ago = (_entered(in_acme, name, 900) for name in ("Lately", "Once", "Long ago"))
    for one, days in ((lately, 20), (once, 100), (long_ago, 370)):
        won(in_acme, in_acme.rob, closed_on=MONDAY - timedelta(days=days), customer_id=one.pk)
    found = found_by(SILENT)
    assert set(found) == {once.pk}
    assert found[once.pk].grave


def test_never_contacted_counts_from_the_day_the_customer_was_entered(in_acme: Acme) -> None:
    old, fresh = _entered(in_acme, "Old", 50), _entered(in_acme, "Fresh", 10)
    for one in (old, fresh):
        deal(in_acme, in_acme.rob, customer_id=one.pk)
    found = found_by(SILENT)
    assert set(found) == {old.pk}
    told = words(SILENT, found[old.pk], customer="Old")
    assert told == ("Nothing heard from Old", "Never contacted since it was entered 50 days ago")


def test_a_silent_customer_of_nobody_is_the_business_of_whoever_sells_to_them(in_acme: Acme) -> None:
    courted, left = _entered(in_acme, "Courted", 200), _entered(in_acme, "Left alone", 200)
    Customer.objects.update(owner=None)
    deal(in_acme, in_acme.sam, customer_id=courted.pk)
    won(in_acme, in_acme.rob, closed_on=MONDAY - timedelta(days=100), customer_id=left.pk)
    assert {pk: one.owner_id for pk, one in found_by(SILENT).items()} == {courted.pk: in_acme.sam.pk, left.pk: None}


# --- What every detector must keep -----------------------------------------------------------------------------------


def _evidence(findings: Iterable[Finding]) -> str:
    return json.dumps([one.evidence for one in findings], sort_keys=True)


def test_a_day_later_the_same_facts_are_the_same_evidence(in_acme: Acme) -> None:
    stalled(in_acme, in_acme.rob, 2)
    deal(in_acme, in_acme.rob, expected_on=MONDAY - timedelta(days=5))
    for detector in (STALLED, OVERDUE, SILENT):
        today = _evidence(detector.find(MONDAY, detector.defaults()))
        assert today == _evidence(detector.find(MONDAY + timedelta(days=1), detector.defaults())), detector.kind


def test_every_parameters_default_lies_within_its_bounds() -> None:
    for detector in every_detector():
        for parameter in detector.parameters:
            assert parameter.check(parameter.default) == parameter.default
        assert len(detector.kind) <= 40


def test_the_subjects_are_open_deals_only(in_acme: Acme) -> None:
    stalled(in_acme, in_acme.rob)
    assert {one.subject_type for one in found_by(STALLED).values()} == {"deal"}
    assert Deal.objects.filter(pk__in=found_by(STALLED), closed_on__isnull=True).count() == 1
