"""Forms of deals. What a field alone cannot know, the services refuse."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.people.models import Member
from pipeline.customers.models import Customer
from pipeline.customers.selectors import visible_customers
from pipeline.deals.models import Deal, Stage
from pipeline.deals.values import DealValues
from pipeline.fields import DayField, MoneyField, set_currency
from pipeline.products.models import Product
from pipeline.scope import members_here


class CustomerNameField(forms.CharField):
    """A customer by name, with suggestions as one types: a company may have far more than a select can hold."""

    actor: Actor
    as_of: date

    def bind_to(self, actor: Actor, as_of: date) -> None:
        self.actor, self.as_of = actor, as_of
        self.widget.attrs |= {
            "list": "customer-options",
            "autocomplete": "off",
            "hx-get": reverse("customer_options", kwargs={"tenant": actor.tenant.slug}),
            "hx-trigger": "input changed delay:200ms",
            "hx-target": "#customer-options",
            "hx-swap": "innerHTML",
        }

    def clean(self, value: Any) -> Customer | None:
        name = " ".join(str(super().clean(value)).split())
        if not name:
            return None
        customer = visible_customers(self.actor, self.as_of).filter(name=name).first()
        if customer is None:
            raise ValidationError(gettext("There is no customer named “%(name)s”.") % {"name": name})
        return customer


class DealForm(forms.Form):
    """What people write into a deal; the closing day only where the deal is won or lost."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    customer = CustomerNameField(label=_("Customer"), max_length=160, required=False)
    product: forms.ModelChoiceField[Product] = forms.ModelChoiceField(
        queryset=None, label=_("Product"), required=False, empty_label="–"
    )
    owner: forms.ModelChoiceField[Member] = forms.ModelChoiceField(queryset=None, label=_("Owner"), empty_label=None)
    amount = MoneyField(label=_("Amount"), required=False)
    units = forms.IntegerField(label=_("Units"), min_value=0, max_value=10**9, initial=1)
    engaged_on = DayField(label=_("Engaged on"), required=False)
    expected_on = DayField(label=_("Expected to close on"), required=False)
    closed_on = DayField(label=_("Closed on"), required=False)

    def __init__(self, *args: Any, actor: Actor, as_of: date, deal: Deal | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = _initial(deal, actor)
        super().__init__(*args, **kwargs)
        set_currency(self, actor.tenant.currency)
        self.fields["customer"].bind_to(actor, as_of)  # type: ignore[attr-defined]
        self.fields["product"].queryset = Product.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["owner"].queryset = members_here(actor, "deals.edit", as_of, also=deal.owner_id if deal else None)  # type: ignore[attr-defined]
        if deal is None or deal.stage.kind == Stage.Kind.OPEN:
            del self.fields["closed_on"]
        if deal is None:
            del self.fields["version"]

    def values(self) -> DealValues:
        cleaned = self.cleaned_data
        return DealValues(
            owner_id=cleaned["owner"].pk,
            customer_id=cleaned["customer"].pk if cleaned["customer"] else None,
            product_id=cleaned["product"].pk if cleaned["product"] else None,
            amount=cleaned["amount"],
            units=cleaned["units"],
            engaged_on=cleaned["engaged_on"],
            expected_on=cleaned["expected_on"],
            closed_on=cleaned.get("closed_on"),
        )


class NewDealForm(DealForm):
    reference = forms.CharField(
        label=_("Reference"), max_length=60, required=False, help_text=_("Your own number of the deal; may stay empty.")
    )


def _initial(deal: Deal | None, actor: Actor) -> dict[str, Any]:
    if deal is None:
        return {"owner": actor.member, "units": 1}
    return {
        "version": deal.version,
        "customer": deal.customer.name if deal.customer else "",
        "product": deal.product_id,
        "owner": deal.owner_id,
        "amount": deal.amount,
        "units": deal.units,
        "engaged_on": deal.engaged_on,
        "expected_on": deal.expected_on,
        "closed_on": deal.closed_on,
    }


class ActionForm(forms.Form):
    """An action on a deal, for the version that the person has seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, deal: Deal, actor: Actor, as_of: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": deal.version, "amount": deal.amount, "closed_on": as_of}
        super().__init__(*args, **kwargs)
        set_currency(self, actor.tenant.currency)


class LoseForm(ActionForm):
    closed_on = DayField(label=_("Closed on"))


class WinForm(LoseForm):
    amount = MoneyField(label=_("Amount"))
    field_order = ["version", "amount", "closed_on"]


class MoveForm(ActionForm):
    stage = forms.IntegerField()


class FilterForm(forms.Form):
    """The filters of the list, as they stand in the address. A nonsensical one is left out, not refused."""

    search = forms.CharField(required=False, max_length=120)
    stage = forms.IntegerField(required=False)
    owner = forms.IntegerField(required=False)
    customer = forms.IntegerField(required=False)
    period = forms.CharField(required=False, max_length=7)
