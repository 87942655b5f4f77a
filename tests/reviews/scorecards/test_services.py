"""The KPI library and the scorecards: what is refused, and what a cycle makes immutable."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.audit.models import AuditEntry
from reviews.scorecards.models import Kpi, ScorecardItem, ScorecardVersion
from reviews.scorecards.services import create_kpi, create_scorecard, edit_kpi, edit_scorecard
from reviews.scorecards.values import ItemValues, KpiValues
from salesops.lib.errors import DomainError
from tests.factories import Acme
from tests.reviews.cast import kpi, rows, scorecard


def refused(call: object) -> DomainError:
    with pytest.raises(DomainError) as refusal, transaction.atomic():
        call()  # type: ignore[operator]
    return refusal.value


def test_weights_of_99_are_refused_with_what_is_missing(in_acme: Acme, hana):
    items = rows(in_acme, (60, 25, 14))

    error = refused(lambda: create_scorecard(actor=hana, code="card", names={"en": "Card"}, items=items))

    assert (error.code, error.field) == ("weights", "weights")
    assert error.message == "The weights add up to 99, not to 100: 1 is missing. Nothing was saved."
    assert not ScorecardVersion.objects.exists()


def test_weights_of_100_and_a_half_are_refused_with_what_is_too_much(in_acme: Acme, hana):
    first, *others = rows(in_acme)
    items = [replace(first, weight=Decimal("60.5")), *others]

    error = refused(lambda: create_scorecard(actor=hana, code="card", names={"en": "Card"}, items=items))

    assert error.message == "The weights add up to 100.5, not to 100: 0.5 is too much. Nothing was saved."


def test_the_database_refuses_weights_of_99_whoever_writes_them(in_acme: Acme):
    version = scorecard(in_acme)
    ScorecardItem.objects.filter(card_version=version, weight=15).update(weight=14)

    with pytest.raises(IntegrityError, match="the weights add up to 99"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_every_bad_row_is_named(in_acme: Acme, hana):
    first, second, third = rows(in_acme)
    items = [replace(first, floor=Decimal(3000)), replace(second, weight=Decimal(0)), replace(third, kpi_id=0)]

    error = refused(lambda: create_scorecard(actor=hana, code="card", names={"en": "Card"}, items=items))

    fields = [(each.field, each.code) for each in error.errors]  # type: ignore[attr-defined]
    assert fields == [("items.0.floor", "bad_floor"), ("items.1.weight", "bad_weight"), ("items.2.kpi", "unknown_kpi")]


def test_only_bookings_are_measured_against_the_quota(in_acme: Acme, hana):
    spirit = kpi(in_acme, "team-spirit")
    items = [ItemValues(spirit.pk, "teamwork", Decimal(100), against="quota", floor=Decimal(60))]

    error = refused(lambda: create_scorecard(actor=hana, code="card", names={"en": "Card"}, items=items))

    assert error.code == "no_quota"


def test_a_version_that_nobody_uses_is_changed_in_place(in_acme: Acme, hana):
    version = scorecard(in_acme)
    items = rows(in_acme, (50, 30, 20))

    changed = edit_scorecard(
        actor=hana, scorecard_id=version.scorecard_id, version=1, names={"en": "Card"}, items=items, role="rep"
    )

    assert (changed.pk, changed.number) == (version.pk, 1)
    weights = ScorecardItem.objects.filter(card_version=version).order_by("position").values_list("weight", flat=True)
    assert list(weights) == [50, 30, 20]


def test_a_version_that_a_cycle_uses_stays_and_a_new_one_is_made(october, in_acme: Acme, hana):
    version = scorecard(in_acme)

    new = edit_scorecard(
        actor=hana,
        scorecard_id=version.scorecard_id,
        version=1,
        names={"en": "Card"},
        items=rows(in_acme, (50, 30, 20)),
        role="rep",
    )

    assert new.number == 2
    weights = ScorecardItem.objects.filter(card_version=version).order_by("position").values_list("weight", flat=True)
    assert list(weights) == [60, 25, 15]


def test_the_database_refuses_to_change_a_version_that_a_cycle_uses(october, in_acme: Acme):
    version = scorecard(in_acme)

    with pytest.raises(IntegrityError, match="used by a review cycle"):
        ScorecardItem.objects.filter(card_version=version).update(cap=150)


def test_two_people_edit_a_scorecard_and_the_second_is_told(in_acme: Acme, hana):
    version = scorecard(in_acme)
    change = {"scorecard_id": version.scorecard_id, "version": 1, "names": {"en": "A"}, "items": rows(in_acme)}
    edit_scorecard(actor=hana, **change)

    assert refused(lambda: edit_scorecard(actor=hana, **change)).code == "conflict"


def test_a_kpi_in_use_keeps_its_unit_and_may_be_retired(in_acme: Acme, hana):
    scorecard(in_acme)
    spirit = Kpi.objects.get(code="team-spirit")
    values = KpiValues({"en": "Spirit"}, "score", retired=True)

    error = refused(lambda: edit_kpi(actor=hana, kpi_id=spirit.pk, version=1, values=replace(values, unit="count")))
    retired = edit_kpi(actor=hana, kpi_id=spirit.pk, version=1, values=values)

    assert error.code == "in_use"
    assert (retired.name, retired.retired, retired.version) == ("Spirit", True, 2)
    assert AuditEntry.objects.filter(action="kpi.changed").count() == 1


@pytest.mark.parametrize(
    ("code", "values", "refusal"),
    [
        ("Not A Code", KpiValues({"en": "A"}), "bad_code"),
        ("a", KpiValues({}), "required"),
        ("a", KpiValues({"fr": "A"}), "required"),
        ("a", KpiValues({"en": "A"}, "money", "moonlight"), "unknown_measure"),
        ("a", KpiValues({"en": "A"}, "count", "bookings"), "bad_unit"),
    ],
)
def test_a_kpi_that_says_nothing_is_refused(in_acme: Acme, hana, code, values, refusal):
    assert refused(lambda: create_kpi(actor=hana, code=code, values=values)).code == refusal


def test_a_code_is_taken_once(in_acme: Acme, hana):
    kpi(in_acme, "visits")

    assert refused(lambda: create_kpi(actor=hana, code="visits", values=KpiValues({"en": "A"}))).code == "taken"


def test_a_manager_writes_no_scorecards(in_acme: Acme, max_):
    error = refused(lambda: create_kpi(actor=max_, code="visits", values=KpiValues({"en": "Visits"})))

    assert error.code == "forbidden"
