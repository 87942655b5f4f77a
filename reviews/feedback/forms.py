"""Forms of feedback. What a field alone cannot know, the services refuse."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.people.models import Member
from pipeline.customers import facts
from pipeline.customers.facts import CustomerFact, DealFact
from reviews.feedback.models import Channel, FeedbackCase, Kind, Severity, State
from reviews.feedback.rules import LONGEST
from reviews.feedback.selectors import owners
from reviews.feedback.values import FeedbackValues

_MINUTE = "%Y-%m-%dT%H:%M"


class InstantField(forms.DateTimeField):
    """A day and a time in the company's zone, by the browser's own calendar, which wants ISO whatever the language."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format=_MINUTE, attrs={"type": "datetime-local"})
        super().__init__(input_formats=[_MINUTE, "%Y-%m-%dT%H:%M:%S"], widget=widget, **kwargs)


class RowChoice(forms.TypedChoiceField):
    """One of a few rows by id, or none of them."""

    def __init__(self, *, label: Any) -> None:
        super().__init__(label=label, required=False, coerce=int, empty_value=None)

    def offer(self, rows: Iterable[tuple[int, str]]) -> None:
        self.choices = [("", "–"), *rows]


class CustomerField(forms.CharField):
    """A customer by name, with suggestions as one types."""

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

    def clean(self, value: Any) -> CustomerFact:
        name = " ".join(str(super().clean(value)).replace("\0", "").split())
        customer = facts.find_customer(self.actor, self.as_of, name=name)
        if customer is None:
            raise ValidationError(gettext("There is no customer named “%(name)s”.") % {"name": name})
        return customer


class CaseForm(forms.Form):
    """What was said, and what it is about."""

    text = forms.CharField(
        label=_("In the customer's words"), max_length=LONGEST, widget=forms.Textarea({"rows": 4}), strip=True
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, initial=Kind.COMPLAINT)
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices, initial=Channel.CALL)
    rating = forms.IntegerField(
        label=_("Rating"), min_value=0, max_value=10, required=False, help_text=_("From 0 to 10, if they gave one.")
    )
    contact = RowChoice(label=_("Who said it"))
    product = RowChoice(label=_("Product"))
    deal = RowChoice(label=_("Deal"))

    def offer(self, actor: Actor, as_of: date, customer_id: int | None) -> None:
        """Products, and of a customer who is known the contacts and deals."""
        self.fields["product"].offer((one.id, one.name) for one in facts.products())  # type: ignore[attr-defined]
        if customer_id is None:
            del self.fields["contact"], self.fields["deal"]
            return
        deals = facts.deals_of(actor, as_of, customer_id)
        self.fields["contact"].offer((one.id, one.name) for one in facts.contacts_of(customer_id))  # type: ignore[attr-defined]
        self.fields["deal"].offer((one.id, one.reference) for one in deals)  # type: ignore[attr-defined]

    def values(self, customer_id: int) -> FeedbackValues:
        cleaned = self.cleaned_data
        return FeedbackValues(
            customer_id=customer_id,
            text=cleaned["text"],
            kind=cleaned["kind"],
            channel=cleaned["channel"],
            contact_id=cleaned.get("contact"),
            deal_id=cleaned.get("deal"),
            product_id=cleaned["product"],
            rating=cleaned["rating"],
        )


class NewCaseForm(CaseForm):
    """Without a customer to begin with, the form asks for one by name; contact and deal can be added later."""

    customer = CustomerField(label=_("Customer"), max_length=160)
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices, initial=Severity.NORMAL)
    received_at = InstantField(label=_("Received"))
    due_at = InstantField(
        label=_("Answer by"), required=False, help_text=_("Left empty, the severity's response time holds.")
    )
    owner: forms.ModelChoiceField[Member] = forms.ModelChoiceField(
        queryset=None, label=_("Owner"), required=False, empty_label=_("Whoever owns the customer")
    )
    field_order = [
        *("customer", "text"),
        *("kind", "severity"),  # the form shows these in pairs
        *("channel", "rating"),
        *("received_at", "due_at"),
        *("product", "deal"),
        *("contact", "owner"),
    ]

    def __init__(
        self,
        *args: Any,
        actor: Actor,
        at: datetime,
        customer: CustomerFact | None = None,
        deal: DealFact | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"received_at": timezone.localtime(at)} | _about(deal)
        super().__init__(*args, **kwargs)
        self.known = customer
        day = actor.tenant.day_of(at)
        self.offer(actor, day, customer.id if customer else None)
        self.fields["owner"].queryset = owners(actor, day)  # type: ignore[attr-defined]
        if customer:
            del self.fields["customer"]
        else:
            self.fields["customer"].bind_to(actor, day)  # type: ignore[attr-defined]

    def logged(self) -> dict[str, Any]:
        """The arguments of `services.log`."""
        cleaned = self.cleaned_data
        customer: CustomerFact = self.known or cleaned["customer"]
        return {
            "values": self.values(customer.id),
            "severity": cleaned["severity"],
            "received_at": cleaned["received_at"],
            "due_at": cleaned["due_at"],
            "owner_id": cleaned["owner"].pk if cleaned["owner"] else None,
        }


def _about(deal: DealFact | None) -> dict[str, Any]:
    return {"deal": deal.id, "product": deal.product_id} if deal else {}


class EditCaseForm(CaseForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, as_of: date, case: FeedbackCase, **kwargs: Any) -> None:
        names = ("text", "kind", "channel", "rating", "version")
        kwargs["initial"] = {name: getattr(case, name) for name in names} | {
            "contact": case.contact_id,
            "product": case.product_id,
            "deal": case.deal_id,
        }
        super().__init__(*args, **kwargs)
        self.offer(actor, as_of, case.customer_id)


# --- What is done about a case ----------------------------------------------------------------------------------------


class ActionForm(forms.Form):
    """An action on a case, for the version that the person has seen. The cleaned data are the service's arguments."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, at: datetime, case: FeedbackCase, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": case.version, "severity": case.severity, "satisfaction": case.satisfaction}
        super().__init__(*args, **kwargs)

    def arguments(self) -> dict[str, Any]:
        return self.cleaned_data


class AnswerForm(ActionForm):
    text = forms.CharField(label=_("Your answer"), max_length=LONGEST, widget=forms.Textarea({"rows": 5}))


class ResolveForm(ActionForm):
    resolution = forms.CharField(
        label=_("What was done about it"), max_length=LONGEST, widget=forms.Textarea({"rows": 5})
    )


class ReopenForm(ActionForm):
    reason = forms.CharField(label=_("What is still wrong"), max_length=LONGEST, widget=forms.Textarea({"rows": 3}))


class RateForm(ActionForm):
    satisfaction = forms.TypedChoiceField(
        label=_("How content is the customer now?"),
        choices=[
            (5, _("5 – very content")),
            (4, _("4 – content")),
            (3, _("3 – neither nor")),
            (2, _("2 – not content")),
            (1, _("1 – not content at all")),
        ],
        coerce=int,
        widget=forms.RadioSelect,
    )


class SeverityForm(ActionForm):
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    due_at = InstantField(
        label=_("Answer by"), required=False, help_text=_("Left empty, the severity's response time holds.")
    )

    def __init__(self, *args: Any, case: FeedbackCase, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        if case.state != State.OPEN:
            del self.fields["due_at"]


class AssignForm(ActionForm):
    owner: forms.ModelChoiceField[Member] = forms.ModelChoiceField(queryset=None, label=_("Owner"), empty_label=None)

    def __init__(self, *args: Any, actor: Actor, at: datetime, case: FeedbackCase, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, at=at, case=case, **kwargs)
        self.initial["owner"] = case.owner_id
        self.fields["owner"].queryset = owners(actor, actor.tenant.day_of(at))  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        return {"version": self.cleaned_data["version"], "owner_id": self.cleaned_data["owner"].pk}


class ResponseTimesForm(forms.Form):
    """In hours, from the gravest to the mildest."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    critical = forms.IntegerField(label=_("Critical"), min_value=1, max_value=2160)
    high = forms.IntegerField(label=_("High"), min_value=1, max_value=2160)
    normal = forms.IntegerField(label=_("Normal"), min_value=1, max_value=2160)
    low = forms.IntegerField(label=_("Low"), min_value=1, max_value=2160)

    def hours(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in Severity.values}


class FilterForm(forms.Form):
    """The filters of the list, as they stand in the address. A nonsensical one is left out, not refused."""

    state = forms.ChoiceField(required=False, choices=[*State.choices, ("overdue", ""), ("all", "")])
    severity = forms.ChoiceField(required=False, choices=Severity.choices)
    channel = forms.ChoiceField(required=False, choices=Channel.choices)
    kind = forms.ChoiceField(required=False, choices=Kind.choices)
    owner = forms.IntegerField(required=False)
    product = forms.IntegerField(required=False)
    customer = forms.IntegerField(required=False)
    deal = forms.IntegerField(required=False)
    due_first = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    due_last = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    rated_first = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    rated_last = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
