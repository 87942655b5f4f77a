from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from accounts.audit.models import AuditEntry
from accounts.notifications.models import Notification
from accounts.tenancy.context import tenant_scope
from reviews.feedback import services
from reviews.feedback.deadlines import deadline, light
from reviews.feedback.models import FeedbackCase, FeedbackEntry, State
from reviews.feedback.values import FeedbackValues
from salesops.lib.errors import DomainError, NotVisible
from tests.factories import MARKER, Acme, Stranger
from tests.pipeline.cast import acting, customer, deal, product
from tests.reviews.feedback.cast import NOON, answered, customer_of, resolved, said

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def kinds(case: FeedbackCase) -> list[str]:
    return list(case.entries.order_by("id").values_list("kind", flat=True))


# --- Deadlines --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("severity", "hours"), [("critical", 4), ("high", 24), ("normal", 72), ("low", 168)], ids=str)
def test_each_severity_has_its_hours(in_acme: Acme, severity: str, hours: int) -> None:
    assert said(in_acme, in_acme.rob, severity=severity).due_at == NOON + timedelta(hours=hours)


def test_a_day_is_the_same_time_tomorrow_also_when_the_clock_is_moved() -> None:
    saturday = datetime(2026, 3, 7, 17, tzinfo=UTC)  # noon in New York, the day before summer time
    assert deadline(saturday, 24, "America/New_York") == datetime(2026, 3, 8, 16, tzinfo=UTC)
    assert deadline(saturday, 24, "Asia/Shanghai") == saturday + DAY
    just_before = datetime(2026, 3, 8, 6, 30, tzinfo=UTC)  # 01:30; there is no 02:30 that night
    assert deadline(just_before, 1, "America/New_York") == just_before + HOUR


def test_what_is_logged_late_may_be_overdue_at_once(in_acme: Acme) -> None:
    case = said(in_acme, in_acme.rob, severity="critical", received_at=NOON - DAY, at=NOON)
    assert light(case, NOON).tone == "risk"


def test_a_deadline_set_by_hand_lies_ahead(in_acme: Acme) -> None:
    case = said(in_acme, in_acme.rob)
    change = {"actor": in_acme.operator, "case_id": case.pk, "version": case.version, "severity": "high", "at": NOON}
    for due_at in (NOON, NOON - HOUR):
        with pytest.raises(DomainError) as refused:
            services.change_severity(due_at=due_at, **change)
        assert (refused.value.code, refused.value.field) == ("past_deadline", "due_at")
    assert services.change_severity(due_at=NOON + 2 * DAY, **change).due_at == NOON + 2 * DAY


def test_nothing_is_received_in_the_future(in_acme: Acme) -> None:
    with pytest.raises(DomainError, match="in the future"):
        said(in_acme, in_acme.rob, received_at=NOON + HOUR, at=NOON)


def test_a_graver_case_is_due_earlier_and_the_trail_says_so(in_acme: Acme) -> None:
    case = said(in_acme, in_acme.rob)
    changed = services.change_severity(
        actor=acting(in_acme, in_acme.max), case_id=case.pk, version=1, severity="critical", at=NOON + HOUR
    )
    assert (changed.severity, changed.due_at) == ("critical", NOON + 4 * HOUR)
    entry = AuditEntry.objects.get(action="feedback.severity_changed")
    assert entry.actor == in_acme.max
    assert entry.data["changes"]["severity"] == ["normal", "critical"]
    assert entry.data["changes"]["due_at"] == [(NOON + 3 * DAY).isoformat(), (NOON + 4 * HOUR).isoformat()]


def test_the_company_sets_its_own_times(in_acme: Acme) -> None:
    hours = {"critical": 2, "high": 8, "normal": 24, "low": 48}
    services.set_response_times(actor=in_acme.operator, version=0, hours=hours)
    assert said(in_acme, in_acme.rob).due_at == NOON + DAY
    with pytest.raises(DomainError, match="meanwhile"):
        services.set_response_times(actor=in_acme.operator, version=0, hours=hours)
    with pytest.raises(DomainError, match="graver cannot wait longer") as refused:
        services.set_response_times(actor=in_acme.operator, version=1, hours=hours | {"high": 25})
    assert refused.value.field == "normal"
    with pytest.raises(DomainError, match="role does not allow"):
        services.set_response_times(actor=acting(in_acme, in_acme.max), version=1, hours=hours)


# --- The way of a case ------------------------------------------------------------------------------------------------


def test_from_received_to_content(in_acme: Acme) -> None:
    case = answered(in_acme, said(in_acme, in_acme.rob), in_acme.rob, after=HOUR)
    assert (case.state, light(case, NOON).tone) == (State.ANSWERED, "good")
    case = answered(in_acme, case, in_acme.max, after=5 * DAY)
    assert case.answered_at == NOON + HOUR, "the first answer counts"
    case = resolved(in_acme, case, in_acme.rob, after=6 * DAY)
    case = services.rate(
        actor=in_acme.operator, case_id=case.pk, version=case.version, satisfaction=4, at=NOON + 9 * DAY
    )
    assert (case.state, case.resolution, case.satisfaction) == (State.RESOLVED, "Brackets delivered.", 4)
    assert kinds(case) == ["logged", "answer", "answer", "resolution", "rating"]
    met = case.entries.exclude(kind="logged").order_by("id").values_list("due_at", flat=True)
    assert list(met) == [NOON + 3 * DAY, None, None, None], "only the awaited answer met a deadline"


def test_resolving_at_once_is_the_answer(in_acme: Acme) -> None:
    case = resolved(in_acme, said(in_acme, in_acme.rob), in_acme.rob, after=4 * DAY)
    assert case.answered_at == case.resolved_at
    assert light(case, NOON).label == "Answered late"


def test_reopened_it_waits_again_from_now(in_acme: Acme) -> None:
    case = resolved(in_acme, said(in_acme, in_acme.rob), in_acme.rob, after=DAY)
    case = services.rate(actor=in_acme.operator, case_id=case.pk, version=case.version, satisfaction=1, at=NOON + DAY)
    later = NOON + 10 * DAY
    again = services.reopen(
        actor=in_acme.operator, case_id=case.pk, version=case.version, reason="They broke again.", at=later
    )
    assert (again.state, again.due_at, again.answered_at, again.satisfaction) == ("open", later + 3 * DAY, None, None)
    graver = services.change_severity(
        actor=in_acme.operator, case_id=case.pk, version=again.version, severity="high", at=later + HOUR
    )
    assert graver.due_at == later + DAY, "counted from the reopening, not from the first time"


def test_a_case_of_nothing_is_refused(in_acme: Acme) -> None:
    with pytest.raises(DomainError, match="at least a word"):
        said(in_acme, in_acme.rob, text="  \n ")
    with pytest.raises(DomainError, match="0 to 10"):
        said(in_acme, in_acme.rob, rating=11)
    with pytest.raises(DomainError, match="offered"):
        said(in_acme, in_acme.rob, severity="dire")
    case = said(in_acme, in_acme.rob)
    with pytest.raises(DomainError, match="once the feedback is resolved"):
        services.rate(actor=in_acme.operator, case_id=case.pk, version=1, satisfaction=5, at=NOON)
    done = resolved(in_acme, case, in_acme.rob, after=HOUR)
    with pytest.raises(DomainError, match="reopen it first"):
        answered(in_acme, done, in_acme.rob, after=HOUR)
    with pytest.raises(DomainError, match="1 to 5"):
        services.rate(actor=in_acme.operator, case_id=case.pk, version=done.version, satisfaction=6, at=NOON)


def test_two_answers_at_once_are_one_answer_and_a_refusal(in_acme: Acme) -> None:
    case = said(in_acme, in_acme.rob)
    answered(in_acme, case, in_acme.rob, after=HOUR)
    case.version = 1
    with pytest.raises(DomainError, match="meanwhile") as refused:
        answered(in_acme, case, in_acme.max, after=HOUR)
    assert refused.value.code == "conflict"
    assert FeedbackEntry.objects.filter(kind="answer").count() == 1


def test_what_was_done_cannot_be_rewritten(in_acme: Acme) -> None:
    from django.db import ProgrammingError, transaction  # noqa: PLC0415

    case = said(in_acme, in_acme.rob)
    for write in (lambda: case.entries.update(text="Nothing."), lambda: case.entries.all().delete()):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            write()


# --- References and people --------------------------------------------------------------------------------------------


def test_what_it_is_about_belongs_to_the_customer(in_acme: Acme, stranger: Stranger) -> None:
    own, other = customer_of(in_acme, in_acme.rob), customer(in_acme, "Initech", in_acme.rob)
    with tenant_scope(stranger.tenant.pk):
        theirs = customer(stranger, MARKER)
    elsewhere = deal(in_acme, in_acme.rob, customer_id=other.pk)
    for field, values in (("deal", {"deal_id": elsewhere.pk}), ("product", {"product_id": 10**9})):
        with pytest.raises(DomainError) as refused:
            said(in_acme, in_acme.rob, by=own, **values)
        assert refused.value.field == field
    with pytest.raises(DomainError, match="no such customer"):
        said(in_acme, in_acme.rob, by=theirs)
    assert not FeedbackCase.objects.exists()


def test_the_words_can_be_put_right_and_the_customer_stays(in_acme: Acme) -> None:
    case, anvil = said(in_acme, in_acme.rob), product(in_acme)
    values = replace(FeedbackValues.of(case), text="Three of ten.", product_id=anvil.pk)
    actor = acting(in_acme, in_acme.rob)
    changed = services.edit(actor=actor, case_id=case.pk, version=1, values=values, at=NOON)
    assert (changed.text, changed.product_id, changed.version) == ("Three of ten.", anvil.pk, 2)
    other = replace(values, customer_id=customer(in_acme, "Initech").pk)
    with pytest.raises(DomainError, match="stays with the customer"):
        services.edit(actor=actor, case_id=case.pk, version=2, values=other, at=NOON)


def test_reps_answer_for_their_own_and_managers_for_their_team(in_acme: Acme) -> None:
    case = said(in_acme, in_acme.rob)
    with pytest.raises(NotVisible):
        answered(in_acme, case, in_acme.sam, after=HOUR)
    for owner, by in ((in_acme.sam, in_acme.max), (in_acme.rita, in_acme.rob), (in_acme.hana, in_acme.max)):
        with pytest.raises(DomainError, match="no such member"):
            services.assign(actor=acting(in_acme, by), case_id=case.pk, version=1, owner_id=owner.pk, at=NOON)
    moved = services.assign(
        actor=acting(in_acme, in_acme.max), case_id=case.pk, version=1, owner_id=in_acme.rita.pk, at=NOON
    )
    assert moved.owner_id == in_acme.rita.pk
    assert answered(in_acme, moved, in_acme.rob, after=HOUR).state == State.ANSWERED, "it is still rob's customer"


def test_whoever_owns_the_customer_is_given_the_case(in_acme: Acme) -> None:
    buyer = customer_of(in_acme, in_acme.rita)
    values = FeedbackValues(customer_id=buyer.pk, text="Thank you!", kind="praise", channel="call")
    logged = services.log(actor=acting(in_acme, in_acme.max), values=values, severity="low", received_at=NOON, at=NOON)
    assert logged.owner_id == in_acme.rita.pk


def test_the_owner_is_told_and_nobody_is_told_of_their_own_doing(in_acme: Acme) -> None:
    case = said(in_acme, in_acme.rob)
    told = Notification.objects.get(member=in_acme.rob)
    assert (told.kind, told.url) == ("feedback.assigned", f"/t/acme/feedback/{case.pk}/")
    assert told.params["quote"] == "Two of ten units came without brackets."
    services.assign(actor=acting(in_acme, in_acme.max), case_id=case.pk, version=1, owner_id=in_acme.max.pk, at=NOON)
    assert not Notification.objects.filter(member=in_acme.max).exists()
    assert mail.outbox == [], "mails wait in the outbox"
