"""Forms of visits. What a field alone cannot know, the services refuse."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.access.policy import Scope, scope_of
from accounts.people.models import Member
from pipeline.contacts.models import Contact
from pipeline.customers.models import Customer
from pipeline.customers.selectors import visible_customers
from pipeline.deals.models import Deal, Stage
from pipeline.fields import DayField
from pipeline.scope import members_here
from pipeline.visits.models import Visit
from pipeline.visits.place import Place
from pipeline.visits.values import Arrival, Plan, Report

_CHOICES = 50  # a customer's open deals or contacts in a list


class CustomerNameField(forms.CharField):
    """A customer by its name, which is unique in the company. The form sets `customers` to those one may name."""

    customers: QuerySet[Customer]

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"list": "customer-options", "autocomplete": "off"}
        super().__init__(max_length=160, widget=forms.TextInput(attributes), **kwargs)

    def clean(self, value: Any) -> Any:
        name = " ".join(str(super().clean(value)).split())
        if not name:
            return None
        found = self.customers.filter(name=name).first()
        if found is None:
            raise forms.ValidationError(_("There is no such customer; choose one of the list."), code="unknown")
        return found


class PlanForm(forms.Form):
    """Whom to visit, when and what for. With a customer given, its deals and contacts can be chosen."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    client_key = forms.UUIDField(widget=forms.HiddenInput)
    customer = CustomerNameField(label=_("Customer"))
    day = DayField(label=_("Day"))
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    purpose = forms.CharField(label=_("Purpose"), max_length=160, required=False)
    deal: forms.ModelChoiceField[Deal] = forms.ModelChoiceField(
        queryset=None, label=_("Deal"), required=False, empty_label="–"
    )
    contact: forms.ModelChoiceField[Contact] = forms.ModelChoiceField(
        queryset=None, label=_("Contact"), required=False, empty_label="–"
    )
    owner: forms.ModelChoiceField[Member] = forms.ModelChoiceField(queryset=None, label=_("Who goes"), empty_label=None)

    def __init__(
        self,
        *args: Any,
        actor: Actor,
        at: datetime,
        visit: Visit | None = None,
        customer: Customer | None = None,
        deal: Deal | None = None,
        **kwargs: Any,
    ) -> None:
        self.actor, day = actor, actor.tenant.day_of(at)
        customer = visit.customer if visit else customer
        kwargs["initial"] = _initial(actor, at, visit, customer, deal)
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["customer"].customers = visible_customers(actor, day)
        fields["deal"].queryset = _deals_of(customer, visit)
        fields["contact"].queryset = Contact.objects.filter(customer=customer).order_by("sort_name", "id")
        fields["owner"].queryset = members_here(actor, "visits.edit", day, also=visit.owner_id if visit else None)
        for name in ("deal", "contact"):
            if customer is None or not fields[name].queryset.exists():
                del fields[name]
        if scope_of(actor, "visits.edit") is Scope.OWN:
            del fields["owner"]

    def plan(self) -> Plan:
        cleaned = self.cleaned_data
        deal, contact, owner = (cleaned.get(name) for name in ("deal", "contact", "owner"))
        member = owner or self.actor.member
        return Plan(
            owner_id=member.pk if member else 0,
            customer_id=cleaned["customer"].pk,
            planned_for=datetime.combine(cleaned["day"], cleaned["time"], ZoneInfo(self.actor.tenant.time_zone)),
            purpose=" ".join(cleaned["purpose"].split()),
            deal_id=deal.pk if deal else None,
            contact_id=contact.pk if contact else None,
        )


def _deals_of(customer: Customer | None, visit: Visit | None) -> QuerySet[Deal]:
    deals: QuerySet[Deal] = Deal.objects.filter(customer=customer, stage__kind=Stage.Kind.OPEN)
    if visit is not None and visit.deal_id:
        deals |= Deal.objects.filter(pk=visit.deal_id)
    return deals.order_by("-stage_since", "-id")


def _initial(
    actor: Actor, at: datetime, visit: Visit | None, customer: Customer | None, deal: Deal | None
) -> dict[str, Any]:
    if visit is None:
        local = timezone.localtime(at, ZoneInfo(actor.tenant.time_zone)) + timedelta(days=1)
        return {
            "client_key": uuid4(),
            "customer": customer.name if customer else "",
            "deal": deal,
            "owner": actor.member,
            "day": local.date(),
            "time": local.replace(hour=10, minute=0).time(),
        }
    local = timezone.localtime(visit.planned_for or visit.at)
    return {
        "version": visit.version,
        "client_key": visit.client_key,
        "customer": visit.customer.name,
        "deal": visit.deal_id,
        "contact": visit.contact_id,
        "owner": visit.owner_id,
        "purpose": visit.purpose,
        "day": local.date(),
        "time": local.time(),
    }


class CancelForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)


class LogForm(forms.Form):
    """A visit as its page sends it without script: the place in words, the moment that of the request."""

    version = forms.IntegerField(required=False)
    client_key = forms.UUIDField()
    customer = CustomerNameField(label=_("Customer"), required=False)
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    outcome = forms.ChoiceField(label=_("How did it go?"), choices=Visit.Outcome.choices, required=False)
    note = forms.CharField(label=_("Note"), max_length=4000, required=False)
    next_step_on = forms.CharField(required=False, max_length=10)
    next_step_day = DayField(required=False)
    next_step = forms.CharField(label=_("What is to be done"), max_length=200, required=False)

    def __init__(self, *args: Any, actor: Actor, at: datetime, visit: Visit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.at, self.visit = actor, at, visit
        field: Any = self.fields["customer"]
        field.customers = visible_customers(actor, actor.tenant.day_of(at))
        field.required = visit is None

    def clean_next_step_on(self) -> Any:
        """A chip's day; `day` is the chip that opens the calendar."""
        text = self.cleaned_data["next_step_on"]
        return DayField(required=False).clean(text) if text and text != "day" else None

    def plan(self) -> Plan | None:
        customer, member = self.cleaned_data["customer"], self.actor.member
        return Plan(member.pk, customer.pk, None) if customer and member else None

    def arrival(self) -> Arrival:
        """What the visit already says, when it is checked in; else here and now."""
        if self.visit is not None and self.visit.captured_at is not None:
            return Arrival(self.visit.captured_at, Place())
        return Arrival(self.at, Place(text=self.cleaned_data["place"].strip()))

    def report(self) -> Report | None:
        """None while nothing is said of how it went: then one has only arrived."""
        cleaned = self.cleaned_data
        if not cleaned["outcome"]:
            return None
        day = cleaned["next_step_on"] or cleaned["next_step_day"]
        return Report(cleaned["outcome"], self.at, cleaned["note"].strip(), day, cleaned["next_step"].strip())
