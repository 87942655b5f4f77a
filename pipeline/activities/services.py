"""Writing what was done for a customer or a deal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from pipeline.activities.models import Activity
from pipeline.activities.next_step import checked, plan_next_step, touch, write_next_step
from pipeline.activities.reach import subject
from pipeline.activities.selectors import visible_activities
from salesops.lib.errors import DomainError, NotVisible, gettext_noop
from salesops.lib.periods import FIRST_DAY

__all__ = ["ActivityValues", "delete_activity", "edit_activity", "log_activity", "plan_next_step", "touch"]

LONGEST = 4000
MAY_CHANGE_FOR = timedelta(days=1)
_FAST_CLOCK = timedelta(minutes=5)  # a phone's clock may be ahead of ours by so much
_BEGINNING = datetime.combine(FIRST_DAY, datetime.min.time(), tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ActivityValues:
    """What is said of an activity. `at` is an instant; None stands for now."""

    kind: str
    text: str
    at: datetime | None = None
    contact_id: int | None = None
    next_step_on: date | None = None
    next_step: str = ""

    def checked_text(self) -> str:
        text = self.text.replace("\0", "").replace("\r\n", "\n").strip()
        if self.kind not in Activity.Kind.values:
            raise DomainError("bad_kind", gettext_noop("“%(kind)s” is no kind of activity."), "kind", kind=self.kind)
        if not text:
            raise DomainError("required", gettext_noop("Say in a few words what happened."), "text")
        if len(text) > LONGEST:
            raise DomainError("too_long", gettext_noop("At most %(most)s characters fit."), "text", most=LONGEST)
        return text

    def checked_at(self, now: datetime) -> datetime:
        at = self.at or now
        if at > now + _FAST_CLOCK:
            message = gettext_noop("This lies ahead. Log what has happened, and make a task of what is to come.")
            raise DomainError("future", message, "at")
        if at < _BEGINNING:
            raise DomainError("bad_date", gettext_noop("The year is out of range."), "at")
        return min(at, now)


@transaction.atomic
def log_activity(
    *,
    actor: Actor,
    values: ActivityValues,
    now: datetime,
    customer_id: int | None = None,
    deal_id: int | None = None,
) -> Activity:
    """Note a call, message, meeting or note about a customer, a deal, or both, and what comes next if that was agreed.

    A deal brings its customer along. All but notes count as having been in touch on their day. Refuses an instant in
    the future, an empty or overlong text, a next step in the past; `NotVisible` outside the actor's reach.
    """
    require(actor, "activities.log")
    text, at, today = values.checked_text(), values.checked_at(now), actor.tenant.day_of(now)
    step = checked(values.next_step_on, values.next_step, today)
    about = subject(actor, today, customer_id=customer_id, deal_id=deal_id, contact_id=values.contact_id)
    if about.customer is None and about.deal is None:
        raise DomainError("required", gettext_noop("Name the customer or the deal this is about."), "customer")
    activity: Activity = Activity.objects.create(
        kind=values.kind,
        customer=about.customer,
        deal=about.deal,
        contact=about.contact,
        author=actor.member,
        at=at,
        text=text,
        next_step_on=values.next_step_on,
        next_step=step,
        created_at=now,
    )
    if values.kind != Activity.Kind.NOTE:
        day = actor.tenant.day_of(at)
        touch(customer_id=activity.customer_id, deal_id=activity.deal_id, on=day)
    if values.next_step_on is not None:
        write_next_step(actor, about, values.next_step_on, step)
    record(actor=actor, action="activity.logged", subject=activity, kind=activity.kind)
    return activity


@transaction.atomic
def edit_activity(*, actor: Actor, activity_id: int, version: int, values: ActivityValues, now: datetime) -> Activity:
    """Put right what one has logged oneself, within a day. What comes next is changed on the customer or the deal.

    Refuses another's activity, one that is older, and (`conflict`) one that was changed since `version`.
    """
    activity = _own(actor, activity_id, version, now)
    text, at = values.checked_text(), values.checked_at(now)
    today = actor.tenant.day_of(now)
    about = subject(actor, today, customer_id=activity.customer_id, contact_id=values.contact_id)
    before = {"kind": activity.kind, "at": activity.at.isoformat(), "text": activity.text}
    contact_id = about.contact.pk if about.contact else None
    wanted = (values.kind, at, text, contact_id)
    if (activity.kind, activity.at, activity.text, activity.contact_id) == wanted:
        return activity
    activity.kind, activity.at, activity.text, activity.contact_id = wanted
    activity.version += 1
    activity.save()
    if activity.kind != Activity.Kind.NOTE:
        touch(customer_id=activity.customer_id, deal_id=activity.deal_id, on=actor.tenant.day_of(at))
    record(actor=actor, action="activity.changed", subject=activity, before=before, version=activity.version)
    return activity


@transaction.atomic
def delete_activity(*, actor: Actor, activity_id: int, version: int, now: datetime) -> None:
    """Take back what one has logged oneself, within a day. The audit row keeps what it said."""
    activity = _own(actor, activity_id, version, now)
    said = {"kind": activity.kind, "at": activity.at.isoformat(), "text": activity.text}
    about = {"customer": activity.customer_id, "deal": activity.deal_id}
    record(actor=actor, action="activity.deleted", subject=activity, **said, **about)
    activity.delete()


def may_change(actor: Actor, activity: Activity, now: datetime) -> bool:
    """Whether it is the actor's own and not older than a day."""
    is_own = actor.member is not None and activity.author_id == actor.member.pk
    return is_own and now - activity.created_at <= MAY_CHANGE_FOR


def _own(actor: Actor, activity_id: int, version: int, now: datetime) -> Activity:
    """The activity, locked, if the actor may still change it."""
    require(actor, "activities.log")
    today = actor.tenant.day_of(now)
    activity = visible_activities(actor, today).select_for_update(of=("self",)).filter(pk=activity_id).first()
    if activity is None:
        raise NotVisible
    if not may_change(actor, activity, now):
        message = gettext_noop("Only who logged it can change it, and only within a day; add another note instead.")
        raise DomainError("too_late", message)
    if activity.version != version:
        message = gettext_noop("This was changed meanwhile. Nothing was saved; look at it again.")
        raise DomainError("conflict", message)
    return activity
