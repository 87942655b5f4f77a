"""Writing feedback: log, put right, assign, answer, resolve, reopen, rate, change its severity, set response times.

Every service locks the case and compares `version` with the one the actor has seen, so that two answers are not given
where one was meant. Each adds an entry to the case's thread and a row to the audit trail.
"""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db import transaction

from accounts.access.actor import Actor
from accounts.access.policy import may, require
from accounts.audit.services import record
from pipeline.customers import facts
from reviews.feedback import rules
from reviews.feedback.deadlines import deadline, response_times
from reviews.feedback.models import FeedbackCase, FeedbackEntry, ResponseTimes, State
from reviews.feedback.notices import tell_owner
from reviews.feedback.selectors import visible_cases
from reviews.feedback.values import FeedbackValues
from salesops.lib.errors import DomainError, NotVisible, gettext_noop

Entry = FeedbackEntry.Kind


@transaction.atomic
def log(
    *,
    actor: Actor,
    values: FeedbackValues,
    severity: str,
    received_at: datetime,
    at: datetime,
    owner_id: int | None = None,
    due_at: datetime | None = None,
) -> FeedbackCase:
    """A new case. Without an owner it is given to the customer's, if the actor may, else to the actor.

    Without a deadline it has the severity's hours from when it was received: logged late, it may be overdue at once.
    A deadline set by hand that has passed is refused.
    """
    require(actor, "feedback.edit")
    day = actor.tenant.day_of(at)
    rules.check_severity(severity)
    rules.check_received(received_at, at)
    rules.check_values(actor, values, day)
    owner = rules.checked_owner(actor, owner_id or _natural_owner(actor, values.customer_id, day), day)
    case = FeedbackCase(severity=severity, received_at=received_at, owner_id=owner)
    for name, value in values.changes_of(case).items():
        setattr(case, name, value)
    case.text = rules.checked_text(values.text)
    case.due_at = _deadline(actor, received_at, severity, due_at, at)
    case.save()
    _enter(actor, case, Entry.LOGGED, at, severity=severity, due_at=case.due_at)
    record(actor=actor, action="feedback.logged", subject=case, severity=severity, due_at=case.due_at.isoformat())
    tell_owner(actor, case, "feedback.assigned", at)
    return case


@transaction.atomic
def edit(*, actor: Actor, case_id: int, version: int, values: FeedbackValues, at: datetime) -> FeedbackCase:
    """Put right what was written down: the words, kind, channel, rating and what it is about; never the customer."""
    case = _locked(actor, case_id, version, at)
    changes = values.changes_of(case)
    if "customer_id" in changes:
        raise DomainError("fixed", gettext_noop("Feedback stays with the customer who gave it."), "customer")
    if changes:
        rules.check_values(actor, values, actor.tenant.day_of(at))
        if "text" in changes:
            changes["text"] = rules.checked_text(values.text)
        _write(case, **changes)
        record(actor=actor, action="feedback.changed", subject=case, version=case.version, changed=[*changes])
    return case


@transaction.atomic
def assign(*, actor: Actor, case_id: int, version: int, owner_id: int, at: datetime) -> FeedbackCase:
    """Somebody else answers for the case from now on; the deadline stays."""
    case = _locked(actor, case_id, version, at)
    rules.must_not_be_resolved(case.state)
    rules.checked_owner(actor, owner_id, actor.tenant.day_of(at))
    if case.owner_id == owner_id:
        return case
    before = case.owner_id
    _write(case, owner_id=owner_id)
    _enter(actor, case, Entry.OWNER, at)
    record(actor=actor, action="feedback.assigned", subject=case, version=case.version, owner=[before, owner_id])
    tell_owner(actor, case, "feedback.assigned", at)
    return case


@transaction.atomic
def answer(*, actor: Actor, case_id: int, version: int, text: str, at: datetime) -> FeedbackCase:
    """What was answered. The first answer meets or misses the deadline; further ones add to the thread."""
    case = _locked(actor, case_id, version, at)
    rules.must_not_be_resolved(case.state)
    text = rules.checked_text(text)
    met = _awaited(case)
    _write(case, state=State.ANSWERED, answered_at=case.answered_at or at)
    _enter(actor, case, Entry.ANSWER, at, text=text, due_at=met)
    record(actor=actor, action="feedback.answered", subject=case, version=case.version)
    return case


@transaction.atomic
def resolve(*, actor: Actor, case_id: int, version: int, resolution: str, at: datetime) -> FeedbackCase:
    """What was done about it in the end. Without an answer before, telling the customer this is the answer."""
    case = _locked(actor, case_id, version, at)
    rules.must_not_be_resolved(case.state)
    resolution = rules.checked_text(resolution, "resolution")
    met = _awaited(case)
    _write(case, state=State.RESOLVED, answered_at=case.answered_at or at, resolved_at=at, resolution=resolution)
    _enter(actor, case, Entry.RESOLUTION, at, text=resolution, due_at=met)
    record(actor=actor, action="feedback.resolved", subject=case, version=case.version)
    return case


@transaction.atomic
def reopen(*, actor: Actor, case_id: int, version: int, reason: str, at: datetime) -> FeedbackCase:
    """The customer is not content: an answer is awaited again, within the severity's hours from now."""
    case = _locked(actor, case_id, version, at)
    if case.state == State.OPEN:
        raise DomainError("is_open", gettext_noop("An answer to this feedback is awaited already."))
    reason = rules.checked_text(reason, "reason")
    due_at = _deadline(actor, at, case.severity, None, at)
    cleared: dict[str, Any] = dict.fromkeys(("answered_at", "resolved_at", "satisfaction"))
    _write(case, state=State.OPEN, due_at=due_at, resolution="", **cleared)
    _enter(actor, case, Entry.REOPENING, at, text=reason, due_at=due_at)
    record(actor=actor, action="feedback.reopened", subject=case, version=case.version, due_at=due_at.isoformat())
    tell_owner(actor, case, "feedback.reopened", at)
    return case


@transaction.atomic
def rate(*, actor: Actor, case_id: int, version: int, satisfaction: int, at: datetime) -> FeedbackCase:
    """How content the customer is with what was done, 1 to 5; a later rating takes the place of an earlier one."""
    case = _locked(actor, case_id, version, at)
    if case.state != State.RESOLVED:
        message = gettext_noop("Ask how content the customer is once the feedback is resolved.")
        raise DomainError("not_resolved", message)
    if not 1 <= satisfaction <= 5:
        message = gettext_noop("Satisfaction is a whole number from 1 to 5.")
        raise DomainError("out_of_range", message, "satisfaction")
    if case.satisfaction == satisfaction:
        return case
    _write(case, satisfaction=satisfaction)
    _enter(actor, case, Entry.RATING, at, score=satisfaction)
    record(actor=actor, action="feedback.rated", subject=case, version=case.version, satisfaction=satisfaction)
    return case


@transaction.atomic
def change_severity(
    *, actor: Actor, case_id: int, version: int, severity: str, at: datetime, due_at: datetime | None = None
) -> FeedbackCase:
    """How much it matters, and with it the deadline: the severity's hours from when the answer began to be awaited, or
    the one given. Once answered the deadline stays as it was met or missed."""
    case = _locked(actor, case_id, version, at)
    rules.must_not_be_resolved(case.state)
    rules.check_severity(severity)
    new = case.due_at
    if case.state == State.OPEN:
        new = _deadline(actor, _awaited_since(case), severity, due_at, at)
    elif due_at is not None:
        raise DomainError("is_answered", gettext_noop("It has been answered; no deadline runs any more."), "due_at")
    if (case.severity, case.due_at) == (severity, new):
        return case
    changes = {"severity": [case.severity, severity], "due_at": [case.due_at.isoformat(), new.isoformat()]}
    _write(case, severity=severity, due_at=new)
    _enter(actor, case, Entry.SEVERITY, at, severity=severity, due_at=new)
    record(actor=actor, action="feedback.severity_changed", subject=case, version=case.version, changes=changes)
    return case


@transaction.atomic
def set_response_times(*, actor: Actor, version: int, hours: dict[str, int]) -> ResponseTimes:
    """Within how many hours to answer, by severity; for deadlines set from now on. `version` 0: none were set."""
    require(actor, "settings.manage")
    times = ResponseTimes.objects.select_for_update().first()
    if (times.version if times else 0) != version:
        message = gettext_noop("Somebody changed the response times meanwhile. Nothing was saved; look at them again.")
        raise DomainError("conflict", message)
    _check_hours(hours)
    if times is None:
        times = ResponseTimes(version=0)
    for name, value in hours.items():
        setattr(times, name, value)
    times.version += 1
    times.save()
    record(actor=actor, action="feedback.response_times_set", subject=times, hours=hours)
    return times


def _check_hours(hours: dict[str, int]) -> None:
    names = ["critical", "high", "normal", "low"]
    for name in names:
        if not 1 <= hours[name] <= 2160:
            raise DomainError("out_of_range", gettext_noop("Write a number of hours from 1 to 2,160."), name)
    for graver, milder in pairwise(names):
        if hours[graver] > hours[milder]:
            message = gettext_noop("What is graver cannot wait longer: write no fewer hours than for the one above.")
            raise DomainError("wrong_order", message, milder)


def _natural_owner(actor: Actor, customer_id: int, as_of: date) -> int | None:
    customer = facts.find_customer(actor, as_of, customer_id=customer_id)
    owner_id = customer.owner_id if customer else None
    if owner_id and may(actor, "feedback.edit", as_of=as_of, owner_id=owner_id):
        return owner_id
    return actor.member.pk if actor.member else None


def _deadline(actor: Actor, since: datetime, severity: str, due_at: datetime | None, at: datetime) -> datetime:
    if due_at is not None:
        rules.check_deadline(due_at, at)
        return due_at
    return deadline(since, response_times().hours(severity), actor.tenant.time_zone)


def _awaited_since(case: FeedbackCase) -> datetime:
    """When it was reopened last, else when it was received."""
    reopened = case.entries.filter(kind=Entry.REOPENING).order_by("-id").values_list("at", flat=True).first()
    return reopened or case.received_at


def _awaited(case: FeedbackCase) -> datetime | None:
    """The deadline of an answer that is awaited; None when one has been given."""
    return case.due_at if case.state == State.OPEN else None


def _locked(actor: Actor, case_id: int, version: int, at: datetime) -> FeedbackCase:
    """The case, which nobody else can change until the end of this transaction, as the actor has seen it."""
    require(actor, "feedback.edit")
    within = visible_cases(actor, actor.tenant.day_of(at), "feedback.edit")
    case: FeedbackCase | None = within.select_for_update(of=("self",)).filter(pk=case_id).first()
    if case is None:
        raise NotVisible
    if case.version != version:
        message = gettext_noop("Somebody changed this feedback meanwhile. Nothing was saved; look at it again.")
        raise DomainError("conflict", message)
    return case


def _write(case: FeedbackCase, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(case, name, value)
    case.version += 1
    case.save()


def _enter(actor: Actor, case: FeedbackCase, kind: str, at: datetime, **said: Any) -> None:
    FeedbackEntry.objects.create(case=case, kind=kind, at=at, author=actor.member, owner_id=case.owner_id, **said)
