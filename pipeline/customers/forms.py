"""Forms of customers. What a field alone cannot know, the services refuse."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.access.actor import Actor
from accounts.access.policy import Scope, scope_of
from accounts.people.models import Member, Region
from pipeline.customers.models import Customer
from pipeline.customers.selectors import CustomerFilter, visible_customers
from pipeline.customers.services import CustomerValues
from pipeline.fields import MoneyField, set_currency
from pipeline.scope import members_here

_PLAIN = (
    *("name", "industry", "segment", "status", "source", "legal_name", "registration_number", "website", "address"),
    *("latitude", "longitude", "country", "founded", "employees", "annual_revenue"),
)


class CustomerForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=160)
    owner: forms.ModelChoiceField[Member] = forms.ModelChoiceField(
        queryset=None, label=_("Owner"), required=False, empty_label="–"
    )
    industry = forms.CharField(label=_("Industry"), max_length=80, required=False)
    segment = forms.CharField(
        label=_("Segment"), max_length=20, required=False, help_text=_("A class of your own, A, B or C for example.")
    )
    status = forms.ChoiceField(label=_("Status"), choices=Customer.Status.choices, initial=Customer.Status.PROSPECT)
    source = forms.CharField(
        label=_("Source"), max_length=80, required=False, help_text=_("How this company came to you.")
    )
    legal_name = forms.CharField(label=_("Legal name"), max_length=200, required=False)
    registration_number = forms.CharField(label=_("Registration number"), max_length=60, required=False)
    website = forms.URLField(label=_("Website"), max_length=200, required=False, assume_scheme="https")
    address = forms.CharField(label=pgettext_lazy("postal", "Address"), max_length=300, required=False)
    latitude = forms.DecimalField(
        label=_("Latitude"), min_value=-90, max_value=90, max_digits=8, decimal_places=6, required=False
    )
    longitude = forms.DecimalField(
        label=_("Longitude"),
        min_value=-180,
        max_value=180,
        max_digits=9,
        decimal_places=6,
        required=False,
        help_text=_("In degrees; a visit's check-in is compared with this place."),
    )
    country = forms.CharField(label=_("Country of the head office"), max_length=80, required=False)
    region: forms.ModelChoiceField[Region] = forms.ModelChoiceField(
        queryset=None, label=_("Region"), required=False, empty_label="–"
    )
    founded = forms.IntegerField(label=_("Founded"), min_value=0, max_value=9999, required=False)
    employees = forms.IntegerField(label=_("Employees"), min_value=0, max_value=999_999_999, required=False)
    annual_revenue = MoneyField(label=_("Annual revenue"), required=False)

    def __init__(self, *args: Any, actor: Actor, as_of: date, customer: Customer | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = _initial(customer, actor)
        super().__init__(*args, **kwargs)
        set_currency(self, actor.tenant.currency)
        self.parent_id = customer.parent_id if customer else None
        owner: Any = self.fields["owner"]
        owner.queryset = members_here(actor, "customers.edit", as_of, also=customer.owner_id if customer else None)
        owner.required = scope_of(actor, "customers.edit") is not Scope.ALL
        self.fields["region"].queryset = Region.objects.order_by("name")  # type: ignore[attr-defined]

    def values(self) -> CustomerValues:
        cleaned = self.cleaned_data
        return CustomerValues(
            **{name: cleaned[name] for name in _PLAIN},
            parent_id=self.parent_id,
            region_id=cleaned["region"].pk if cleaned["region"] else None,
            owner_id=cleaned["owner"].pk if cleaned["owner"] else None,
        )


def _initial(customer: Customer | None, actor: Actor) -> dict[str, Any]:
    if customer is None:
        return {"owner": actor.member}
    return {name: getattr(customer, name) for name in ("version", *_PLAIN)} | {
        "region": customer.region_id,
        "owner": customer.owner_id,
    }


class OptionsForm(forms.Form):
    """What one has typed so far of a customer's name."""

    customer = forms.CharField(max_length=160, required=False)

    def names(self, actor: Actor, as_of: date) -> list[str]:
        typed = self.cleaned_data.get("customer", "") if self.is_valid() else ""
        found = visible_customers(actor, as_of).filter(name__istartswith=typed) if typed else Customer.objects.none()
        return list(found.order_by("name").values_list("name", flat=True)[:20])


class FilterForm(forms.Form):
    """What the list is narrowed to, as it stands in the address."""

    search = forms.CharField(max_length=120, required=False)
    industry = forms.CharField(max_length=80, required=False)
    segment = forms.CharField(max_length=20, required=False)
    status = forms.ChoiceField(choices=Customer.Status.choices, required=False)
    owner = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    follow_up = forms.ChoiceField(choices=[("overdue", ""), ("planned", "")], required=False)

    def narrowed(self) -> CustomerFilter:
        """The filter; what makes no sense is left out."""
        self.is_valid()
        cleaned = self.cleaned_data
        texts = {name: cleaned.get(name, "") for name in ("search", "industry", "segment", "status", "follow_up")}
        return CustomerFilter(owner_id=cleaned.get("owner"), **texts)
