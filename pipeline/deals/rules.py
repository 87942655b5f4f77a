"""What must fit together in a deal, whoever writes it."""

from __future__ import annotations

from datetime import date

from pipeline.deals.models import Deal, Stage
from pipeline.deals.values import DealValues
from salesops.lib.errors import DomainError, gettext_noop
from salesops.lib.money import MAX_MINOR
from salesops.lib.periods import check_day

_MOST_UNITS = 1_000_000_000


def check_values(after: DealValues, kind: str) -> None:
    """Refuse what a deal in a stage of that kind must not say."""
    if after.amount is not None and not 0 <= after.amount < MAX_MINOR:
        raise DomainError("out_of_range", gettext_noop("The amount is negative or out of range."), "amount")
    if not 0 <= after.units <= _MOST_UNITS:
        raise DomainError("out_of_range", gettext_noop("The number of units is out of range."), "units")
    for name in ("engaged_on", "expected_on", "closed_on", "next_step_on"):
        check_day(getattr(after, name), name)
    for name, most in (("title", 120), ("next_step", 200)):
        check_length(getattr(after, name), most, name)
    _check_closing(after, kind)


def _check_closing(after: DealValues, kind: str) -> None:
    if kind == Stage.Kind.OPEN and after.closed_on is not None:
        raise DomainError("not_closed", gettext_noop("An open deal has no closing day."), "closed_on")
    if kind != Stage.Kind.OPEN and after.closed_on is None:
        raise DomainError("required", gettext_noop("A deal that is won or lost needs a closing day."), "closed_on")
    if kind == Stage.Kind.WON and after.amount is None:
        raise DomainError("required", gettext_noop("A deal that is won needs an amount."), "amount")
    if after.engaged_on and after.closed_on and after.closed_on < after.engaged_on:
        message = gettext_noop("The deal closes before it was engaged on %(engaged)s.")
        raise DomainError("closes_before_engaged", message, "closed_on", engaged=after.engaged_on)


def check_length(text: str, most: int, field: str) -> None:
    if len(text) > most:
        raise DomainError("too_long", gettext_noop("At most %(most)s characters."), field, most=most)


def check_loss(reason: str, note: str) -> None:
    """Refuse a loss without one of the known reasons."""
    if reason not in Deal.LossReason.values:
        raise DomainError("required", gettext_noop("Say why the deal was lost."), "reason")
    check_length(note, 500, "note")


def must_be_open(kind: str) -> None:
    if kind != Stage.Kind.OPEN:
        raise DomainError("is_closed", gettext_noop("The deal is won or lost already; reopen it first."))


def must_be_past(closed_on: date, as_of: date) -> None:
    if closed_on > as_of:
        raise DomainError("future", gettext_noop("The closing day is in the future."), "closed_on")
