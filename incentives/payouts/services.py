"""A month's payout: submitted by one person, approved or sent back by another."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from accounts.tenancy.context import required_tenant_id
from accounts.tenancy.models import Tenant
from incentives.payouts.locks import take_turns
from incentives.payouts.models import PayoutBatch
from incentives.statements.models import Statement
from pipeline import facts
from salesops.lib.errors import DomainError, NotVisible, gettext_noop
from salesops.lib.periods import month_of

State = PayoutBatch.State


def digest_of(month: date) -> str:
    """Stands for the month's statements as they are now: what an approval is given for."""
    rows = Statement.objects.filter(month=month).order_by("participant_id")
    digest = hashlib.sha256()
    for participant, content in rows.values_list("participant_id", "content_digest"):
        digest.update(f"{participant}:{content}\n".encode())
    return digest.hexdigest()


@transaction.atomic
def submit(*, actor: Actor, month: date, at: datetime) -> PayoutBatch:
    """Hand the month's statements over for review. `month` is the first day of a month."""
    require(actor, "payouts.prepare")
    take_turns()
    _require_user(actor)
    if not Statement.objects.filter(month=month).exists():
        raise DomainError("empty", gettext_noop("Nothing has been computed for this month yet."))
    batch, _ = PayoutBatch.objects.get_or_create(month=month)
    if batch.state != State.DRAFT:
        raise DomainError("not_draft", gettext_noop("This payout has been submitted already; nothing was changed."))
    if Statement.objects.filter(month=month, participant=actor.member, payable__gt=0).exists():
        raise DomainError("own_pay", gettext_noop("Your own pay is in this payout, so somebody else must submit it."))
    batch.state = State.IN_REVIEW
    batch.digest = digest_of(month)
    batch.submitted_by, batch.submitted_user_id, batch.submitted_at = actor.member, actor.user_id, at
    batch.returned_reason = ""
    batch.save()
    record(actor=actor, action="payout.submitted", subject=batch, month=month_of(month).key, digest=batch.digest)
    return batch  # type: ignore[no-any-return]


@transaction.atomic
def approve(*, actor: Actor, month: date, digest: str, at: datetime) -> PayoutBatch:
    """Approve what was submitted, as the approver saw it (`digest`), and close the month for good.

    Refused to the submitter, by user and not by membership, to anybody who is paid by it, for a month before which
    another is open, and when the statements are no longer those that were submitted.
    """
    require(actor, "payouts.approve")
    take_turns()
    batch = _batch(month)
    refusal = why_not(actor, batch)
    if refusal is not None:
        raise refusal
    if facts.failed_its_check():
        message = gettext_noop("The night’s check of the ledger found differences; have them settled first.")
        raise DomainError("ledger_differs", message)
    if not batch.digest == digest == digest_of(month):
        message = gettext_noop("The statements have changed since this page was made; look at them again.")
        raise DomainError("changed", message)
    batch.state = State.APPROVED
    batch.approved_by, batch.approved_user_id, batch.approved_at = actor.member, actor.user_id, at
    batch.save()
    record(actor=actor, action="payout.approved", subject=batch, month=month_of(month).key, digest=digest)
    return batch


@transaction.atomic
def send_back(*, actor: Actor, month: date, reason: str) -> PayoutBatch:
    """Make a submitted payout a draft again, with a reason for whoever prepared it."""
    require(actor, "payouts.approve")
    take_turns()
    batch = _batch(month)
    if batch.state != State.IN_REVIEW:
        raise DomainError("not_in_review", gettext_noop("Only a payout in review can be sent back."))
    reason = " ".join(reason.split())
    if not reason:
        raise DomainError("required", gettext_noop("Say why, so that it can be put right."), "reason")
    if len(reason) > 300:
        raise DomainError("too_long", gettext_noop("Use at most 300 characters."), "reason")
    _return(batch, reason)
    record(actor=actor, action="payout.sent_back", subject=batch, month=month_of(month).key, reason=reason)
    return batch


def why_not(actor: Actor, batch: PayoutBatch | None) -> DomainError | None:
    """What keeps the actor from approving the batch as it stands; None: nothing. For the page and for `approve`."""
    if batch is None or batch.state == State.DRAFT:
        return DomainError("not_in_review", gettext_noop("It has not been submitted yet."))
    if batch.state == State.APPROVED:
        return DomainError("approved", gettext_noop("It is approved already."))
    if actor.user_id is None:
        return DomainError("no_user", gettext_noop("A payout is approved by somebody who has signed in."))
    if actor.user_id == batch.submitted_user_id:
        return DomainError("own_submission", gettext_noop("You submitted it; a different person must approve it."))
    return _own_pay_or_turn(actor, batch)


def _own_pay_or_turn(actor: Actor, batch: PayoutBatch) -> DomainError | None:
    """Whether the actor is paid by the batch, or a month before it is open; one query."""
    approved = PayoutBatch.objects.filter(state=State.APPROVED)
    own = Q(month=batch.month, participant=actor.member, payable__gt=0)
    open_before = Q(month__lt=batch.month) & ~Q(month__in=approved.values("month"))
    first = Statement.objects.filter(own | open_before).order_by("month").values_list("month", flat=True).first()
    if first is None:
        return None
    if first == batch.month:
        message = gettext_noop("Your own pay is in it; somebody who is not paid by it must approve it.")
        return DomainError("own_pay", message)
    message = gettext_noop("%(month)s comes first: months are approved in their order.")
    return DomainError("earlier_open", message, month=month_of(first).key)


def reopen(*, months: Collection[date], at: datetime) -> None:
    """A run has changed what these months pay: those in review are drafts again. Called with the turn taken."""
    for batch in PayoutBatch.objects.filter(month__in=months, state=State.IN_REVIEW):
        _return(batch, "")
        operator = Actor.operator(Tenant.objects.get(pk=required_tenant_id()))
        record(actor=operator, action="payout.recomputed", subject=batch, month=month_of(batch.month).key, at=str(at))


def _return(batch: PayoutBatch, reason: str) -> None:
    batch.state, batch.digest, batch.returned_reason = State.DRAFT, "", reason
    batch.submitted_by = batch.submitted_user = batch.submitted_at = None
    batch.save()


def _batch(month: date) -> PayoutBatch:
    batch: PayoutBatch | None = PayoutBatch.objects.select_for_update().filter(month=month).first()
    if batch is None:
        raise NotVisible
    return batch


def _require_user(actor: Actor) -> None:
    if actor.user_id is None:
        raise DomainError("no_user", gettext_noop("A payout is submitted by somebody who has signed in."))
