"""What an activity, a task or a next step is about, as far as the actor reaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.access.actor import Actor
from accounts.access.policy import get_visible
from pipeline.contacts.models import Contact
from pipeline.customers.models import Customer
from pipeline.customers.selectors import visible_customers
from pipeline.deals.models import Deal
from salesops.lib.errors import DomainError, NotVisible, gettext_noop


@dataclass(frozen=True, slots=True)
class Subject:
    """A customer, one of its deals, or both; and the person there whom it was with."""

    customer: Customer | None = None
    deal: Deal | None = None
    contact: Contact | None = None


def subject(
    actor: Actor,
    as_of: date,
    *,
    customer_id: int | None = None,
    deal_id: int | None = None,
    contact_id: int | None = None,
) -> Subject:
    """The rows behind the ids. A deal brings its customer along.

    Whoever sees a customer or a deal may work on it. `NotVisible` for what the actor does not see; refuses a deal or a
    contact of another customer.
    """
    deal = None
    if deal_id is not None:
        deal = get_visible(actor, "deals.view", Deal.objects.select_related("customer"), as_of=as_of, pk=deal_id)
    customer = deal.customer if deal else None
    if customer_id is not None:
        customer = _customer(actor, as_of, customer_id, deal)
    return Subject(customer, deal, _contact(customer, contact_id))


def _customer(actor: Actor, as_of: date, customer_id: int, deal: Deal | None) -> Customer:
    found = visible_customers(actor, as_of).filter(pk=customer_id).first()
    if found is None:
        raise NotVisible
    if deal is not None and deal.customer_id != found.pk:
        raise DomainError("other_customer", gettext_noop("This deal is with another customer."), "deal")
    return found


def _contact(customer: Customer | None, contact_id: int | None) -> Contact | None:
    if contact_id is None:
        return None
    found: Contact | None = Contact.objects.filter(pk=contact_id, customer=customer).first() if customer else None
    if found is None:
        raise DomainError("unknown_contact", gettext_noop("There is no such contact at this customer."), "contact")
    return found
