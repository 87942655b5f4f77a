"""Forms of contacts. What a field alone cannot know, the services refuse."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pipeline.contacts.models import Contact, ContactRole
from pipeline.contacts.services import ContactValues


class ContactForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=120)
    title = forms.CharField(label=_("Job title"), max_length=120, required=False)
    role = forms.ChoiceField(label=_("Part in a purchase"), choices=ContactRole.choices, initial=ContactRole.OTHER)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
        help_text=_("With the country code, like +1 415 555 2671."),
    )
    has_left = forms.BooleanField(label=_("Has left the company"), required=False)

    @staticmethod
    def initial_of(contact: Contact | None) -> dict[str, Any]:
        names = ("version", "name", "title", "role", "email", "phone", "has_left")
        return {name: getattr(contact, name) for name in names} if contact else {}

    def values(self) -> ContactValues:
        return ContactValues(**{name: value for name, value in self.cleaned_data.items() if name != "version"})


class DealContactForm(forms.Form):
    """Who of the customer's people has which part in a deal."""

    contact = forms.TypedChoiceField(label=_("Contact"), coerce=int)
    role = forms.ChoiceField(label=_("Part"), choices=ContactRole.choices)

    def __init__(self, *args: Any, contacts: Iterable[Contact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["contact"]
        offered.choices = [(contact.pk, contact.name) for contact in contacts]
