"""Reading the people at customers: whoever sees the customer sees them."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import visible_members
from pipeline.contacts.models import Contact, DealContact
from pipeline.customers.selectors import visible_customers
from pipeline.deals.models import Deal
from salesops.lib.errors import NotVisible

BY_NAME = ("sort_name", "id")


def visible_contacts(actor: Actor, as_of: date) -> QuerySet[Contact]:
    """Contacts of the customers that the actor sees."""
    contacts: QuerySet[Contact] = Contact.objects.all()
    if visible_members(actor, "customers.view", as_of) is None:
        return contacts
    return contacts.filter(customer__in=visible_customers(actor, as_of))


def get_contact(actor: Actor, as_of: date, contact_id: int) -> Contact:
    found = visible_contacts(actor, as_of).select_related("customer").filter(pk=contact_id).first()
    if found is None:
        raise NotVisible
    return found


def contacts_of(customer_id: int) -> list[Contact]:
    """Everybody at the customer, those who have left last."""
    return list(Contact.objects.filter(customer_id=customer_id).order_by("has_left", *BY_NAME))


def named_in(deal: Deal) -> list[DealContact]:
    """The contacts that have a part in the deal, by name."""
    named = DealContact.objects.filter(deal=deal).select_related("contact")
    return list(named.order_by("contact__sort_name", "contact_id"))
