"""Forms of customers. What a field alone cannot know, the services refuse."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.access.policy import Scope, scope_of
from accounts.people.models import Member, Region
from pipeline.customers.models import Customer
from pipeline.customers.selectors import visible_customers
from pipeline.customers.services import CustomerValues
from pipeline.fields import MoneyField, set_currency
from pipeline.scope import members_here


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
            name=cleaned["name"],
            industry=cleaned["industry"],
            segment=cleaned["segment"],
            country=cleaned["country"],
            founded=cleaned["founded"],
            employees=cleaned["employees"],
            annual_revenue=cleaned["annual_revenue"],
            parent_id=self.parent_id,
            region_id=cleaned["region"].pk if cleaned["region"] else None,
            owner_id=cleaned["owner"].pk if cleaned["owner"] else None,
        )


def _initial(customer: Customer | None, actor: Actor) -> dict[str, Any]:
    if customer is None:
        return {"owner": actor.member}
    names = ("version", "name", "industry", "segment", "country", "founded", "employees", "annual_revenue")
    return {name: getattr(customer, name) for name in names} | {
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
