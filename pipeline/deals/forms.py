"""Forms of deals. What a field alone cannot know, the services refuse."""

from __future__ import annotations

from collections.abc import Collection
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
from pipeline.deals.models import Criterion, Deal, Stage
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
    title = forms.CharField(
        label=_("Title"), max_length=120, required=False, help_text=_("What you call it; may stay empty.")
    )
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
    next_step = forms.CharField(label=_("Next step"), max_length=200, required=False)
    next_step_on = DayField(label=_("Next step on"), required=False)

    def __init__(self, *args: Any, actor: Actor, as_of: date, deal: Deal | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = _initial(deal, actor) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        set_currency(self, actor.tenant.currency)
        self.fields["customer"].bind_to(actor, as_of)  # type: ignore[attr-defined]
        self.fields["product"].queryset = Product.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["owner"].queryset = members_here(actor, "deals.edit", as_of, also=deal.owner_id if deal else None)  # type: ignore[attr-defined]
        if deal is None or deal.stage.kind == Stage.Kind.OPEN:
            del self.fields["closed_on"]
        if deal is None:
            del self.fields["version"]
        elif deal.lines.exists():
            self._follow_lines()

    def _follow_lines(self) -> None:
        for name in ("product", "amount", "units"):
            self.fields[name].disabled = True
        self.fields["amount"].help_text = _("The sum of the line items.")

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
            title=cleaned["title"],
            next_step=cleaned["next_step"],
            next_step_on=cleaned["next_step_on"],
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
        "title": deal.title,
        "next_step": deal.next_step,
        "next_step_on": deal.next_step_on,
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
    """An action on a deal, for the version that the person has seen. `board` is the query of the board it was done on,
    beginning with “?”; empty on the deal's own page."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    board = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)

    def __init__(self, *args: Any, deal: Deal, actor: Actor, as_of: date, board: str = "", **kwargs: Any) -> None:
        initial = {"version": deal.version, "amount": deal.amount, "closed_on": as_of, "board": board}
        kwargs["initial"] = initial | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        set_currency(self, actor.tenant.currency)

    def asked(self) -> dict[str, Any]:
        """The service's arguments, but for who and which deal."""
        return {name: value for name, value in self.cleaned_data.items() if name != "board"}


class GateForm(ActionForm):
    """What the deal still lacks for a move; the fields of criteria that it meets are left out."""

    customer = CustomerNameField(label=_("Customer"), max_length=160)
    product: forms.ModelChoiceField[Product] = forms.ModelChoiceField(queryset=None, label=_("Product"))
    amount = MoneyField(label=_("Amount"))
    expected_on = DayField(label=_("Expected to close on"))
    next_step = forms.CharField(label=_("Next step"), max_length=200)
    next_step_on = DayField(label=_("Next step on"))

    always: Collection[str] = ()

    def __init__(
        self, *args: Any, missing: Collection[str], deal: Deal, actor: Actor, as_of: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, deal=deal, actor=actor, as_of=as_of, **kwargs)
        self.fields["customer"].bind_to(actor, as_of)  # type: ignore[attr-defined]
        self.fields["product"].queryset = Product.objects.order_by("name")  # type: ignore[attr-defined]
        self._gate = [name for one in missing for name in _GATE_FIELDS[one] if name not in self.always]
        for name in {name for names in _GATE_FIELDS.values() for name in names} - {*self._gate, *self.always}:
            del self.fields[name]

    def asked(self) -> dict[str, Any]:
        found = super().asked()
        gate = {name: found.pop(name) for name in self._gate}
        return found | {"filled": {_ATTRIBUTE.get(name, name): _row_or_value(value) for name, value in gate.items()}}


_GATE_FIELDS: dict[str, tuple[str, ...]] = {one: (str(one),) for one in Criterion} | {
    Criterion.NEXT_STEP: ("next_step", "next_step_on")
}
_ATTRIBUTE = {"customer": "customer_id", "product": "product_id"}


def _row_or_value(value: Any) -> Any:
    return value.pk if isinstance(value, Customer | Product) else value


class MoveForm(GateForm):
    stage = forms.IntegerField(widget=forms.HiddenInput)

    def asked(self) -> dict[str, Any]:
        found = super().asked()
        return found | {"stage_id": found.pop("stage")}


class WinForm(GateForm):
    closed_on = DayField(label=_("Closed on"))
    field_order = ["version", "board", "customer", "product", "amount", "closed_on"]
    always = ("amount",)

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        super().__init__(*args, deal=deal, **kwargs)
        if deal.lines.exists():
            self.fields["amount"].disabled = True
            self.fields["amount"].help_text = _("The sum of the line items.")


class LoseForm(ActionForm):
    reason = forms.ChoiceField(label=_("Why was it lost?"), choices=[("", "–"), *Deal.LossReason.choices])
    note = forms.CharField(label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    closed_on = DayField(label=_("Closed on"))


class MoveTargetForm(forms.Form):
    """Where a card was put: which stage, seen in which version, on which board."""

    version = forms.IntegerField()
    stage = forms.IntegerField(max_value=2**31)
    board = forms.CharField(required=False, max_length=500)


class FilterForm(forms.Form):
    """The filters of the list, as they stand in the address. A nonsensical one is left out, not refused."""

    search = forms.CharField(required=False, max_length=120)
    stage = forms.IntegerField(required=False)
    owner = forms.IntegerField(required=False)
    customer = forms.IntegerField(required=False)
    period = forms.CharField(required=False, max_length=7)
    first = DayField(required=False)
    last = DayField(required=False)
