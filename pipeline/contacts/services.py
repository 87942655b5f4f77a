"""Writing the people at customers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accounts.access.actor import Actor
from accounts.access.policy import get_visible, require
from accounts.audit.services import record
from accounts.people.services import sort_key
from pipeline.contacts.models import Contact, ContactRole, DealContact
from pipeline.contacts.selectors import visible_contacts
from pipeline.customers.selectors import get_customer
from pipeline.deals.models import Deal
from salesops.lib.errors import DomainError, NotVisible, gettext_noop

_LONGEST = {"name": 120, "title": 120, "email": 254}


@dataclass(frozen=True, slots=True)
class ContactValues:
    """The writable fields of a contact. `phone` may be written with spaces and hyphens; it is kept as E.164."""

    name: str
    title: str = ""
    role: str = ContactRole.OTHER
    email: str = ""
    phone: str = ""
    has_left: bool = False

    @classmethod
    def of(cls, contact: Contact) -> ContactValues:
        return cls(**{field.name: getattr(contact, field.name) for field in fields(cls)})

    def checked(self) -> dict[str, Any]:
        """As they are stored; refuses what is no name, address, number or role."""
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, most in _LONGEST.items():
            values[name] = _short(values[name], most, name)
        if not values["name"]:
            raise DomainError("required", gettext_noop("Give the contact a name."), "name")
        if self.role not in ContactRole.values:
            raise DomainError("bad_role", gettext_noop("“%(role)s” is not a role."), "role", role=self.role)
        return values | {"email": _email(values["email"]), "phone": phone_number(self.phone)}


def phone_number(text: str) -> str:
    """`+1 (415) 555-2671` or `0086 138 1234 5678` as E.164; nothing stays nothing. Refuses what cannot be rung up."""
    text = text.strip()
    if not text:
        return ""
    international = f"+{text[2:]}" if text.startswith("00") else text
    try:
        number = phonenumbers.parse(international)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        message = gettext_noop("Write a phone number with its country code, like +1 415 555 2671.")
        raise DomainError("bad_phone", message, "phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _short(text: str, most: int, field: str) -> str:
    text = " ".join(text.split())
    if len(text) > most:
        raise DomainError("too_long", gettext_noop("At most %(most)s characters fit."), field, most=most)
    return text


def _email(text: str) -> str:
    try:
        if text:
            validate_email(text)
    except ValidationError:
        message = gettext_noop("“%(email)s” is not an e-mail address.")
        raise DomainError("bad_email", message, "email", email=text) from None
    return text


@transaction.atomic
def add_contact(*, actor: Actor, customer_id: int, values: ContactValues, as_of: date) -> Contact:
    """Somebody new at a customer whom the actor sees."""
    require(actor, "contacts.edit")
    customer = get_customer(actor, as_of, customer_id)
    written = values.checked()
    contact: Contact = Contact.objects.create(customer=customer, sort_name=sort_key(written["name"]), **written)
    record(actor=actor, action="contact.added", subject=contact, customer=customer.pk, name=contact.name)
    return contact


@transaction.atomic
def edit_contact(*, actor: Actor, contact_id: int, version: int, values: ContactValues, as_of: date) -> Contact:
    """Change a contact. Refuses (`conflict`) when somebody else has changed it since `version`."""
    require(actor, "contacts.edit")
    found = visible_contacts(actor, as_of).select_for_update(of=("self",)).filter(pk=contact_id)
    contact = found.first()
    if contact is None:
        raise NotVisible
    if contact.version != version:
        message = gettext_noop("Somebody changed this contact meanwhile. Nothing was saved; look at it again.")
        raise DomainError("conflict", message)
    changes = {name: value for name, value in values.checked().items() if getattr(contact, name) != value}
    if changes:
        for name, value in changes.items():
            setattr(contact, name, value)
        contact.sort_name = sort_key(contact.name)
        contact.version += 1
        contact.save()
        record(actor=actor, action="contact.changed", subject=contact, changed=[*changes], version=contact.version)
    return contact


@transaction.atomic
def name_in_deal(*, actor: Actor, deal_id: int, contact_id: int, role: str, as_of: date) -> DealContact:
    """Say what part a contact of the deal's customer has in the deal; said again, the new part holds."""
    require(actor, "contacts.edit")
    deal: Deal = get_visible(actor, "deals.edit", Deal.objects.all(), as_of=as_of, pk=deal_id)
    if role not in ContactRole.values:
        raise DomainError("bad_role", gettext_noop("“%(role)s” is not a role."), "role", role=role)
    contact = Contact.objects.filter(pk=contact_id, customer_id=deal.customer_id).first()
    if deal.customer_id is None or contact is None:
        raise DomainError("unknown_contact", gettext_noop("There is no such contact at this customer."), "contact")
    named: DealContact
    named, __ = DealContact.objects.update_or_create(deal=deal, contact=contact, defaults={"role": role})
    record(actor=actor, action="deal.contact_named", subject=deal, contact=contact.pk, role=role)
    return named


@transaction.atomic
def take_off_deal(*, actor: Actor, deal_contact_id: int, as_of: date) -> Deal:
    """The contact has no part in the deal any more. Answers the deal."""
    require(actor, "contacts.edit")
    within = DealContact.objects.select_related("deal")
    named = get_visible(actor, "deals.edit", within, as_of=as_of, owner="deal__owner", pk=deal_contact_id)
    deal: Deal = named.deal
    record(actor=actor, action="deal.contact_removed", subject=deal, contact=named.contact_id)
    named.delete()
    return deal
