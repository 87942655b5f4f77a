"""Writing a review: the self part, the manager part, the sign-off, and what HR may put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from accounts.people.models import Member
from reviews.cycles.actuals import measured, overall
from reviews.cycles.models import Review, ReviewScore
from reviews.cycles.news import tell
from reviews.cycles.selectors import get_review, items_of, scores_of
from reviews.scorecards.models import ScorecardItem
from salesops.lib.errors import DomainError, DomainErrors, NotVisible, gettext_noop

_TEXT = 4000
_LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody writes about one item: a value where the KPI is entered by hand, and a note."""

    value: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SelfPart:
    comment: str = ""
    entries: Mapping[int, Entry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ManagerPart:
    comment: str = ""
    strengths: str = ""
    next_steps: str = ""
    meeting_on: date | None = None
    entries: Mapping[int, Entry] = field(default_factory=dict)


# --- The self part ---------------------------------------------------------------------------------------------------


@transaction.atomic
def save_self(*, actor: Actor, review_id: int, version: int, part: SelfPart, at: datetime) -> Review:
    """Keep what the person under review has written so far."""
    review = _own(actor, review_id, version, at)
    _expect(review, Review.State.SELF)
    _write_self(review, part)
    return _kept(actor, review, "review.self_saved")


@transaction.atomic
def submit_self(*, actor: Actor, review_id: int, version: int, part: SelfPart, at: datetime) -> Review:
    """Hand the self part to the reviewer. Everything that is entered by hand needs a value."""
    review = _own(actor, review_id, version, at)
    _expect(review, Review.State.SELF)
    _require_values(items_of(review), part.entries)
    _write_self(review, part)
    review.self_submitted_at = at
    _move(review, Review.State.MANAGER)
    _kept(actor, review, "review.self_submitted")
    tell(actor=actor, kind="review_manager_due", review=review, member_ids=[review.reviewer_id], at=at)
    return review


# --- The manager part ------------------------------------------------------------------------------------------------


@transaction.atomic
def save_manager(*, actor: Actor, review_id: int, version: int, part: ManagerPart, at: datetime) -> Review:
    """Keep what the reviewer has written so far; the person under review does not see it."""
    review = _reviewed(actor, review_id, version, at)
    _expect_managers_turn(review, actor.tenant.day_of(at))
    _write_manager(review, part)
    return _kept(actor, review, "review.manager_saved")


@transaction.atomic
def share(*, actor: Actor, review_id: int, version: int, part: ManagerPart, at: datetime) -> Review:
    """Finish the manager part: the actuals are frozen with their evidence, the score is computed, the person may read.

    Refused while the period runs, and before the self part is in, unless its deadline has passed.
    """
    today = actor.tenant.day_of(at)
    review = _reviewed(actor, review_id, version, at)
    _expect_managers_turn(review, today)
    if today <= review.cycle.ends_on:
        message = gettext_noop("The period is not over yet, so its figures are not complete.")
        raise DomainError("period_not_over", message)
    if not part.comment.strip():
        raise DomainError("required", gettext_noop("Write a few words; a score alone helps nobody."), "comment")
    items = items_of(review)
    _require_values(items, part.entries)
    _write_manager(review, part)
    evidence = measured(actor.tenant, review, items, today)
    for item_id, one in evidence.items():
        ReviewScore.objects.update_or_create(review=review, item_id=item_id, defaults={"reading": one.as_json()})
    review.score = overall(actor.tenant, items, evidence, scores_of(review)).score
    if review.score is None:
        message = gettext_noop("Nothing was measured in this period, so there is no score.")
        raise DomainError("nothing_to_score", message)
    review.shared_at = at
    _move(review, Review.State.SIGN)
    _kept(actor, review, "review.shared", score=str(review.score))
    tell(actor=actor, kind="review_shared", review=review, member_ids=[review.member_id], at=at)
    return review


# --- The sign-off ----------------------------------------------------------------------------------------------------


@transaction.atomic
def sign(*, actor: Actor, review_id: int, version: int, agreement: str, comment: str, at: datetime) -> Review:
    """The person under review has talked about it and signs, agreeing or not; who does not agree says why."""
    review = _own(actor, review_id, version, at)
    _expect(review, Review.State.SIGN)
    if agreement not in {Review.Agreement.AGREE, Review.Agreement.DISAGREE}:
        raise DomainError("required", gettext_noop("Say whether you agree."), "agreement")
    comment = _text(comment, "comment")
    if agreement == Review.Agreement.DISAGREE and not comment:
        raise DomainError("required", gettext_noop("Say what you see differently."), "comment")
    review.agreement, review.sign_comment, review.signed_at = agreement, comment, at
    _move(review, Review.State.DONE)
    _kept(actor, review, "review.signed", agreement=agreement)
    tell(actor=actor, kind="review_signed", review=review, member_ids=[review.reviewer_id], at=at)
    return review


# --- What HR may put right -------------------------------------------------------------------------------------------


@transaction.atomic
def close_unsigned(*, actor: Actor, review_id: int, version: int, reason: str, at: datetime) -> Review:
    """End a review whose sign-off is overdue without the signature; the reason stands where the comment would."""
    review = _managed(actor, review_id, version)
    _expect(review, Review.State.SIGN)
    if not review.is_overdue(actor.tenant.day_of(at)):
        raise DomainError("not_overdue", gettext_noop("The sign-off is not overdue yet."))
    review.sign_comment = _reason(reason)
    review.agreement, review.signed_at = Review.Agreement.UNSIGNED, at
    _move(review, Review.State.DONE)
    _kept(actor, review, "review.closed_unsigned", reason=review.sign_comment)
    return review


@transaction.atomic
def reopen(
    *, actor: Actor, review_id: int, version: int, state: str, due_on: date, reason: str, at: datetime
) -> Review:
    """Back to the self or the manager part, with a reason and a new deadline. The score is gone until it is shared
    again, and figures are measured anew; what was written stays."""
    review = _managed(actor, review_id, version)
    if review.state not in {Review.State.SIGN, Review.State.DONE}:
        raise DomainError("open", gettext_noop("This review is still open."))
    if state not in {Review.State.SELF, Review.State.MANAGER}:
        raise DomainError("bad_state", gettext_noop("Reopen the self part or the manager part."), "state")
    if due_on < actor.tenant.day_of(at):
        raise DomainError("past_deadline", gettext_noop("This deadline has already passed."), "due_on")
    was = {"score": str(review.score), "agreement": review.agreement, "comment": review.sign_comment}
    review.reopened_reason = _reason(reason)
    review.score, review.agreement, review.sign_comment = None, "", ""
    review.shared_at = review.signed_at = None
    review.state, review.due_on = state, due_on
    _kept(actor, review, "review.reopened", reason=review.reopened_reason, state=state, was=was)
    ReviewScore.objects.filter(review=review).update(reading=None)
    people = [review.member_id, review.reviewer_id]
    tell(actor=actor, kind="review_reopened", review=review, member_ids=people, at=at, reason=review.reopened_reason)
    return review


@transaction.atomic
def change_reviewer(*, actor: Actor, review_id: int, version: int, reviewer_id: int, as_of: date) -> Review:
    """Name who reviews. Nobody reviews themselves."""
    review = _managed(actor, review_id, version)
    if review.state == Review.State.DONE:
        raise DomainError("done", gettext_noop("This review is done."))
    reviewer: Member | None = Member.objects.filter(pk=reviewer_id).first()
    if reviewer is None or (reviewer.left_on is not None and reviewer.left_on < as_of):
        raise DomainError("unknown_member", gettext_noop("There is no such member."), "reviewer")
    if reviewer.pk == review.member_id:
        raise DomainError("own_review", gettext_noop("Nobody reviews themselves."), "reviewer")
    review.reviewer = reviewer
    return _kept(actor, review, "review.reviewer_changed", reviewer=reviewer.pk)


# --- Together --------------------------------------------------------------------------------------------------------


def _own(actor: Actor, review_id: int, version: int, at: datetime) -> Review:
    """The actor's own review; others' exist for those who may see them, and are refused."""
    review = _locked(actor, review_id, version, at)
    if actor.member is None or review.member_id != actor.member.pk:
        raise DomainError("not_yours", gettext_noop("Only the person under review writes this part."))
    return review


def _reviewed(actor: Actor, review_id: int, version: int, at: datetime) -> Review:
    review = _locked(actor, review_id, version, at)
    if actor.member is not None and review.member_id == actor.member.pk:
        raise DomainError("own_review", gettext_noop("Nobody reviews themselves."))
    if actor.member is None or review.reviewer_id != actor.member.pk:
        raise DomainError("not_reviewer", gettext_noop("Only the reviewer writes this part."))
    return review


def _managed(actor: Actor, review_id: int, version: int) -> Review:
    """For HR; not their own review."""
    require(actor, "reviews.correct")
    review = _lock(review_id, version)
    if actor.member is not None and review.member_id == actor.member.pk:
        raise DomainError("own_review", gettext_noop("Somebody else in HR must do this for your own review."))
    return review


def _locked(actor: Actor, review_id: int, version: int, at: datetime) -> Review:
    get_review(actor, review_id, actor.tenant.day_of(at))
    return _lock(review_id, version)


def _lock(review_id: int, version: int) -> Review:
    found = Review.objects.select_for_update(of=("self",)).select_related("cycle", "member")
    review: Review | None = found.filter(pk=review_id).first()
    if review is None:
        raise NotVisible
    if review.version != version:
        message = gettext_noop("Somebody changed this review meanwhile. Nothing was saved; look at it again.")
        raise DomainError("conflict", message)
    return review


def _expect(review: Review, state: str) -> None:
    if review.state != state:
        raise DomainError("wrong_state", gettext_noop("It is not the turn of this part; nothing was changed."))


def _expect_managers_turn(review: Review, today: date) -> None:
    """A self part that is overdue does not hold the reviewer up."""
    if not (review.state == Review.State.SELF and review.is_overdue(today)):
        _expect(review, Review.State.MANAGER)


def _move(review: Review, state: str) -> None:
    review.state = state
    review.due_on = review.cycle.due_in(state)


def _kept(actor: Actor, review: Review, action: str, **data: object) -> Review:
    review.version += 1
    review.save()
    record(actor=actor, action=action, subject=review, version=review.version, **data)
    return review


def _write_self(review: Review, part: SelfPart) -> None:
    review.self_comment = _text(part.comment, "comment")
    _write_entries(review, part.entries, "self")


def _write_manager(review: Review, part: ManagerPart) -> None:
    for name in ("strengths", "next_steps"):
        setattr(review, name, _text(getattr(part, name), name))
    review.manager_comment = _text(part.comment, "comment")
    review.meeting_on = part.meeting_on
    _write_entries(review, part.entries, "manager")


def _write_entries(review: Review, entries: Mapping[int, Entry], whose: str) -> None:
    items = {item.pk: item for item in items_of(review)}
    if not entries.keys() <= items.keys():
        raise DomainError("unknown_item", gettext_noop("The scorecard does not weigh this."), "entries")
    for item_id, entry in entries.items():
        value = _checked_value(items[item_id], entry.value)
        written = {f"{whose}_value": value, f"{whose}_note": _text(entry.note, f"entries.{item_id}.note")}
        ReviewScore.objects.update_or_create(review=review, item_id=item_id, defaults=written)


def _checked_value(item: ScorecardItem, value: Decimal | None) -> Decimal | None:
    place = f"entries.{item.pk}.value"
    if value is None:
        return None
    if item.kpi.measure:
        raise DomainError("measured", gettext_noop("This is measured; nobody enters it."), place)
    if not 0 <= value <= _LARGEST or value != round(value, 4):
        message = gettext_noop("A value is not negative and has four decimals at most.")
        raise DomainError("bad_value", message, place)
    return value


def _require_values(items: list[ScorecardItem], entries: Mapping[int, Entry]) -> None:
    missing = [
        DomainError("required", gettext_noop("Enter a value."), f"entries.{item.pk}.value")
        for item in items
        if not item.kpi.measure and (item.pk not in entries or entries[item.pk].value is None)
    ]
    if missing:
        raise DomainErrors(missing)


def _text(value: str, name: str) -> str:
    value = value.strip()
    if len(value) > _TEXT:
        raise DomainError("too_long", gettext_noop("Use at most %(most)s characters."), name, most=_TEXT)
    return value


def _reason(reason: str) -> str:
    reason = _text(reason, "reason")
    if not reason:
        raise DomainError("required", gettext_noop("Give a reason; it stays with the review."), "reason")
    return reason
