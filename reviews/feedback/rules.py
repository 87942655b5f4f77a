"""What must fit together in a case, whoever writes it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from accounts.access.actor import Actor
from pipeline.customers import facts
from reviews.feedback.models import Channel, Kind, Severity, State
from reviews.feedback.selectors import owners
from reviews.feedback.values import FeedbackValues
from salesops.lib.errors import DomainError, gettext_noop

LONGEST = 4000  # characters of what somebody said; a page of a letter
_OLDEST = timedelta(days=3660)
_FARTHEST = timedelta(days=366)


def checked_text(text: str, field: str = "text") -> str:
    """What was written without its margins. Refuses nothing at all and more than a page."""
    text = text.strip().replace("\0", "")
    if not text:
        raise DomainError("required", gettext_noop("Write at least a word."), field)
    if len(text) > LONGEST:
        raise DomainError("too_long", gettext_noop("At most %(most)s characters."), field, most=LONGEST)
    return text


def check_values(actor: Actor, values: FeedbackValues, as_of: date) -> None:
    """Refuse choices that do not exist, and references that are not there or belong to another customer."""
    check_choice("kind", values.kind, Kind.values)
    check_choice("channel", values.channel, Channel.values)
    if values.rating is not None and not 0 <= values.rating <= 10:
        raise DomainError("out_of_range", gettext_noop("A rating is a whole number from 0 to 10."), "rating")
    if facts.find_customer(actor, as_of, customer_id=values.customer_id) is None:
        raise DomainError("unknown_customer", gettext_noop("There is no such customer."), "customer")
    if values.contact_id and values.contact_id not in {one.id for one in facts.contacts_of(values.customer_id)}:
        raise DomainError("unknown_contact", gettext_noop("There is no such contact at this customer."), "contact")
    if values.product_id and values.product_id not in {one.id for one in facts.products()}:
        raise DomainError("unknown_product", gettext_noop("There is no such product."), "product")
    if values.deal_id:
        deal = facts.find_deal(actor, as_of, values.deal_id)
        if deal is None or deal.customer_id != values.customer_id:
            raise DomainError("unknown_deal", gettext_noop("There is no such deal with this customer."), "deal")


def check_choice(field: str, value: str, known: list[str]) -> None:
    if value not in known:
        raise DomainError("unknown_choice", gettext_noop("Choose one of those offered."), field)


def check_severity(value: str) -> None:
    check_choice("severity", value, Severity.values)


def check_received(received_at: datetime, at: datetime) -> None:
    if received_at > at:
        raise DomainError("future", gettext_noop("It cannot have been received in the future."), "received_at")
    if received_at < at - _OLDEST:
        raise DomainError("too_old", gettext_noop("It is more than ten years old; look at the date."), "received_at")


def check_deadline(due_at: datetime, at: datetime) -> None:
    """A deadline set by hand lies ahead; one that has passed already would only record that it was missed."""
    if due_at <= at:
        raise DomainError("past_deadline", gettext_noop("This deadline has passed already; set a later one."), "due_at")
    if due_at > at + _FARTHEST:
        message = gettext_noop("Nobody waits that long for an answer: at most a year.")
        raise DomainError("out_of_range", message, "due_at")


def checked_owner(actor: Actor, owner_id: int | None, as_of: date) -> int:
    """The owner, if it is somebody here to whom the actor may give a case."""
    if owner_id is None or not owners(actor, as_of).filter(pk=owner_id).exists():
        message = gettext_noop("There is no such member among those to whom you may give feedback.")
        raise DomainError("unknown_member", message, "owner")
    return owner_id


def must_not_be_resolved(state: str) -> None:
    if state == State.RESOLVED:
        raise DomainError("is_resolved", gettext_noop("This feedback is resolved already; reopen it first."))
