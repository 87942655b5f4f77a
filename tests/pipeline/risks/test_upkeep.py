"""One cause is one risk, night after night."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.risks import services, upkeep
from pipeline.risks.folding import MOST, Case, fold
from pipeline.risks.models import Risk, RiskEvent
from pipeline.risks.registry import Severity
from tests.factories import Acme
from tests.pipeline.cast import deal
from tests.pipeline.risks.cast import MONDAY, after, at, finding, night, only_risk

pytestmark = pytest.mark.django_db
State, Ending, What = Risk.State, Risk.Ending, RiskEvent.What


def history(risk: Risk) -> list[str]:
    return list(RiskEvent.objects.filter(risk=risk).order_by("id").values_list("what", flat=True))


def test_a_finding_becomes_a_risk_of_its_owner_with_its_evidence_and_a_due_day(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob)
    night([finding(made)])
    risk = only_risk()
    assert (risk.owner_id, risk.deal_id, risk.state, risk.severity) == (in_acme.rob.pk, made.pk, State.OPEN, 2)
    assert (risk.opened_on, risk.due_on, risk.cases) == (MONDAY, after(7), 1)
    assert risk.evidence == {"stage": "Prospecting", "since": "2026-01-01", "allowed": 30}
    assert history(risk) == [What.RAISED]


def test_found_again_it_is_the_same_risk_and_nothing_is_written(in_acme: Acme) -> None:
    made = [deal(in_acme, in_acme.rob) for _ in range(3)]
    night([finding(one) for one in made])
    with CaptureQueriesContext(connection) as asked:
        tally = night([finding(one) for one in made], after(1))
    written = [query["sql"] for query in asked if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert (tally.raised, tally.changed, tally.closed, written) == (0, 0, 0, [])


def test_other_evidence_updates_it_and_raises_nothing(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob)
    night([finding(made)])
    tally = night([finding(made, allowed=14)], after(1))
    assert (tally.raised, tally.changed) == (0, 1)
    assert (only_risk().evidence["allowed"], only_risk().opened_on, only_risk().version) == (14, MONDAY, 2)


def test_its_severity_may_rise_and_brings_the_due_day_forward(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob)
    night([finding(made)])
    night([finding(made, grave=True)], after(2))
    assert (only_risk().severity, only_risk().due_on) == (Severity.HIGH, after(5))
    assert history(only_risk()) == [What.RAISED, What.WORSE]


def test_it_closes_by_itself_when_its_cause_is_gone(in_acme: Acme) -> None:
    night([finding(deal(in_acme, in_acme.rob))])
    night([], after(1))
    risk = only_risk()
    assert (risk.state, risk.ending, risk.closed_on) == (State.CLOSED, Ending.GONE, after(1))
    assert history(risk) == [What.RAISED, What.ENDED]


def test_it_comes_back_as_the_same_risk_with_a_new_age(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob)
    night([finding(made)])
    night([], after(1))
    night([finding(made)], after(5))
    assert (only_risk().state, only_risk().opened_on) == (State.OPEN, after(5))
    assert history(only_risk()) == [What.RAISED, What.ENDED, What.BACK]


def test_closed_by_hand_it_stays_closed_while_the_cause_lasts(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob)
    night([finding(made)])
    Risk.objects.update(state=State.CLOSED, ending=Ending.HAND, closed_on=MONDAY)
    assert night([finding(made, allowed=14)], after(1)).changed == 0
    assert only_risk().state == State.CLOSED
    night([], after(2))
    night([finding(made)], after(3))
    assert only_risk().state == State.OPEN


def test_closed_by_hand_it_opens_again_when_it_has_become_worse(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob)
    night([finding(made)])
    Risk.objects.update(state=State.CLOSED, ending=Ending.HAND, closed_on=MONDAY)
    night([finding(made, grave=True)], after(1))
    assert (only_risk().state, only_risk().opened_on) == (State.OPEN, after(1))


def test_a_muted_risk_keeps_quiet_until_its_day_whatever_becomes_of_its_cause(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob)
    night([finding(made)])
    Risk.objects.update(state=State.MUTED, muted_until=after(3), mute_reason="Holidays")
    night([], after(1))
    night([finding(made, grave=True)], after(3))
    assert (only_risk().state, only_risk().severity) == (State.MUTED, Severity.HIGH)
    night([finding(made, grave=True)], after(4))
    assert (only_risk().state, only_risk().muted_until) == (State.OPEN, None)
    assert history(only_risk()) == [What.RAISED, What.WORSE, What.UNMUTED]


def test_the_owner_follows_the_subjects(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob)
    night([finding(made)])
    made.owner = in_acme.sam
    night([finding(made)], after(1))
    assert only_risk().owner_id == in_acme.sam.pk
    assert history(only_risk()) == [What.RAISED, What.MOVED]


# --- Folding ---------------------------------------------------------------------------------------------------------


def test_twenty_of_a_kind_stand_one_by_one_and_twenty_one_are_one_with_a_list(in_acme: Acme) -> None:
    made = [deal(in_acme, in_acme.rob) for _ in range(21)]
    night([finding(one) for one in made[:20]])
    assert Risk.objects.filter(cases=1).count() == 20
    night([finding(one) for one in made], after(1))
    live = Risk.objects.exclude(state=State.CLOSED).get()
    assert (live.cases, live.owner_id, live.is_fold) == (21, in_acme.rob.pk, True)
    assert live.folded == [one.pk for one in made]
    assert [case["deal"] for case in live.evidence["cases"]] == live.folded
    assert set(Risk.objects.filter(state=State.CLOSED).values_list("ending", flat=True)) == {Ending.FOLDED}


def test_another_owners_risks_are_not_counted_in(in_acme: Acme) -> None:
    found = [finding(deal(in_acme, owner)) for owner in (in_acme.rob, in_acme.sam) for _ in range(20)]
    night(found)
    assert Risk.objects.filter(cases=1).count() == 40


def test_unfolded_they_are_as_old_as_they_were(in_acme: Acme) -> None:
    made = [deal(in_acme, in_acme.rob) for _ in range(21)]
    night([finding(one) for one in made[:20]])
    night([finding(one) for one in made], after(1))
    night([finding(one) for one in made[:20]], after(2))
    live = Risk.objects.exclude(state=State.CLOSED)
    assert set(live.values_list("opened_on", "cases")) == {(MONDAY, 1)}
    assert live.count() == 20


def test_what_somebody_deals_with_already_is_not_folded(in_acme: Acme) -> None:
    made = [deal(in_acme, in_acme.rob) for _ in range(22)]
    night([finding(one) for one in made[:20]])
    mine = Risk.objects.get(deal=made[0])
    Risk.objects.filter(pk=mine.pk).update(state=State.ACKNOWLEDGED)
    night([finding(one) for one in made], after(1))
    assert sorted(Risk.objects.exclude(state=State.CLOSED).values_list("cases", flat=True)) == [1, 21]
    mine.refresh_from_db()
    assert mine.state == State.ACKNOWLEDGED


SIZES = st.lists(st.sampled_from([0, 1, MOST - 1, MOST, MOST + 1, 2 * MOST]), min_size=3, max_size=3)


@given(SIZES, st.sets(st.integers(0, 6 * MOST)))
def test_folding_loses_no_case_and_shows_no_owner_more_than_it_should(sizes: list[int], handled: set[int]) -> None:
    """Seen failing with `>=` for `>` in `fold`, and with the handled ones counted in."""
    owners = [owner for owner, size in enumerate(sizes, start=1) for _ in range(size)]
    cases = [
        Case("deal", subject, owner, None, subject, subject % 3 + 1, {"n": subject})
        for subject, owner in enumerate(owners)
    ]
    shown = fold(cases, lambda key: key[1] in handled)
    subjects = [subject for case in shown for subject in (case.folded or [case.subject_id])]
    assert sorted(subjects) == sorted(case.subject_id for case in cases)
    assert sum(case.cases for case in shown) == len(cases)
    for owner in (1, 2, 3):
        single = [
            case for case in shown if case.owner_id == owner and not case.folded and case.subject_id not in handled
        ]
        several = [case for case in shown if case.owner_id == owner and case.folded]
        assert len(single) <= MOST
        assert not (single and several)
        assert all(case.cases > MOST for case in several)
    assert {repr(case) for case in fold(cases[::-1], lambda key: key[1] in handled)} == {repr(case) for case in shown}


NIGHTS = st.lists(st.dictionaries(st.integers(0, 3), st.booleans()), min_size=1, max_size=6)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NIGHTS)
def test_whatever_the_nights_before_what_stands_is_what_the_last_night_found(
    in_acme: Acme, nights: list[dict[int, bool]]
) -> None:
    """Seen failing with a closed risk left closed when its cause came back."""
    made = [deal(in_acme, in_acme.rob) for _ in range(4)]
    for number, found in enumerate(nights):
        findings = [finding(made[index], grave=grave) for index, grave in found.items()]
        night(findings, after(number))
        live = Risk.objects.exclude(state=State.CLOSED).filter(deal__in=made)
        expected = {(made[index].pk, 1 if grave else 2) for index, grave in found.items()}
        assert set(live.values_list("deal_id", "severity")) == expected
        again = night(findings, after(number))
        assert (again.raised, again.changed, again.closed) == (0, 0, 0)


def test_the_day_is_the_tenants(in_acme: Acme) -> None:
    assert in_acme.tenant.day_of(at(date(2026, 3, 2))) == MONDAY


# --- A person beside the night ---------------------------------------------------------------------------------------


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Somebody acts after the night has read the risks and before it locks those that differ."""
    locked = upkeep._locked

    def later(ids: Collection[int]) -> list[Risk]:
        if ids:
            act()
        return locked(ids)

    monkeypatch.setattr(upkeep, "_locked", later)


def test_what_somebody_closes_while_the_night_looks_stays_closed(
    in_acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = deal(in_acme, in_acme.rob)
    night([finding(made)])
    risk = only_risk()
    closing = {"actor": in_acme.operator, "risk_id": risk.pk, "version": 1, "note": "Signed", "at": at(after(1))}
    meanwhile(monkeypatch, lambda: services.close(**closing))
    tally = night([finding(made, allowed=14)], after(1))
    assert (only_risk().state, only_risk().ending, only_risk().version) == (State.CLOSED, Ending.HAND, 2)
    assert tally.changed == 0


def test_what_somebody_mutes_while_its_cause_goes_stays_muted(in_acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    made = deal(in_acme, in_acme.rob)
    night([finding(made)])
    muting = {"actor": in_acme.operator, "risk_id": only_risk().pk, "version": 1, "reason": "Fair", "at": at(after(1))}
    meanwhile(monkeypatch, lambda: services.mute(until=after(9), **muting))
    tally = night([], after(1))
    assert (only_risk().state, only_risk().gone_on, tally.closed) == (State.MUTED, None, 0)
