"""What payouts have waiting for whom: months to submit, months to approve, people who cannot be paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.actor import Actor
from accounts.access.policy import has
from accounts.home.waiting import Waiting, WaitingSource
from incentives.payouts.models import PayoutBatch
from incentives.statements.models import Statement, StatementProblem

_STATE = PayoutBatch.State


@dataclass(frozen=True, slots=True)
class _Month:
    """A finished month that has been computed and is not approved; the fields of its batch, empty without one."""

    month: date
    state: str | None
    submitted_user_id: int | None
    submitted_at: datetime | None
    returned_reason: str | None


def find(actor: Actor, as_of: date, limit: int) -> Sequence[Waiting]:
    """Two queries: finished months that are not approved, and the people left out of them."""
    approved = PayoutBatch.objects.filter(state=_STATE.APPROVED).values("month")
    batch = PayoutBatch.objects.filter(month=OuterRef("month"))
    fields = ("state", "submitted_user_id", "submitted_at", "returned_reason")
    months = (
        Statement.objects.filter(month__lt=as_of.replace(day=1))
        .exclude(month__in=approved)
        .order_by("month")
        .values("month")
        .annotate(**{f"batch_{name}": Subquery(batch.values(name)[:1]) for name in fields})
        .distinct()
    )
    left_out = (
        StatementProblem.objects.exclude(month__in=approved)
        .order_by("month")
        .values_list("month")
        .annotate(people=Count("participant", distinct=True))
    )
    found = [_errors(actor, month, people) for month, people in left_out]
    for row in months:
        found += _of_month(actor, _Month(row["month"], *(row[f"batch_{name}"] for name in fields)))
    return found[:limit]


def _of_month(actor: Actor, one: _Month) -> list[Waiting]:
    """To approve for those who may and have not submitted it themselves, to submit for those who prepare it."""
    url = _url(actor, one.month)
    if one.state == _STATE.IN_REVIEW:
        if not has(actor, "payouts.approve") or one.submitted_user_id == actor.user_id:
            return []
        title = _("%(month)s waits for approval") % {"month": _name(one.month)}
        day = one.submitted_at.date() if one.submitted_at else None
        return [Waiting(title, _("Payouts, submitted by a colleague"), url, "warn", day, _("Review"))]
    if not has(actor, "payouts.prepare"):
        return []
    title = _("%(month)s can be submitted") % {"month": _name(one.month)}
    detail = one.returned_reason or _("The month is over and computed.")
    return [Waiting(title, detail, url, "warn", one.month, _("Open"))]


def _errors(actor: Actor, month: date, people: int) -> Waiting:
    title = ngettext(
        "%(people)s person cannot be paid for %(month)s", "%(people)s people cannot be paid for %(month)s", people
    )
    words = {"people": people, "month": _name(month)}
    return Waiting(title % words, _("An error in the computation is to be settled."), _url(actor, month), "risk", month)


def _name(month: date) -> str:
    return date_format(month, "YEAR_MONTH_FORMAT")


def _url(actor: Actor, month: date) -> str:
    return reverse("payout_detail", kwargs={"tenant": actor.tenant.slug, "month": f"{month:%Y-%m}"})


SOURCE = WaitingSource("payouts", "payouts.export", find)
