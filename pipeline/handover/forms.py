"""The form of a handover: from whom, to whom, when, and what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.access.actor import Actor
from accounts.people.models import Member
from pipeline.fields import DayField
from pipeline.handover import selectors
from pipeline.handover.registry import EVERYTHING, Chosen
from pipeline.handover.services import Wanted


@dataclass(frozen=True, slots=True)
class Pick:
    """A customer or deal to tick."""

    pk: int
    name: str
    hint: str
    is_picked: bool


class HandoverForm(forms.Form):
    """To whom, from when, and all or some of what `giver` has."""

    taker: forms.ModelChoiceField[Member] = forms.ModelChoiceField(queryset=None, label=pgettext_lazy("handover", "To"))
    takes_effect_on = DayField(label=_("Day"), help_text=_("Today: at once. Later: in the night that begins the day."))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    what = forms.ChoiceField(
        label=pgettext_lazy("handover", "What"),
        choices=[("all", _("Everything")), ("some", _("Only what is chosen below"))],
        initial="all",
        widget=forms.RadioSelect,
    )
    customers = forms.MultipleChoiceField(label=_("Customers"), required=False)
    deals = forms.MultipleChoiceField(label=_("Open deals"), required=False)

    def __init__(self, *args: Any, actor: Actor, giver: Member, as_of: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"takes_effect_on": as_of}
        super().__init__(*args, **kwargs)
        self.giver = giver
        fields: dict[str, Any] = self.fields
        fields["taker"].queryset = selectors.takers(as_of).exclude(pk=giver.pk)
        self.held = selectors.customers_of(giver), selectors.deals_of(giver)
        fields["customers"].choices = [(str(one.pk), one.name) for one in self.held[0]]
        fields["deals"].choices = [(str(one.pk), one.reference) for one in self.held[1]]

    def picks(self) -> dict[str, list[Pick]]:
        """What can be ticked, and what has been."""
        picked = {name: set(self[name].value() or ()) for name in ("customers", "deals")}
        customers, deals = self.held
        return {
            "customers_shown": [Pick(one.pk, one.name, "", str(one.pk) in picked["customers"]) for one in customers],
            "deals_shown": [
                Pick(one.pk, one.reference, one.customer.name if one.customer else "", str(one.pk) in picked["deals"])
                for one in deals
            ],
        }

    def wanted(self) -> Wanted:
        cleaned = self.cleaned_data
        some = Chosen(frozenset(map(int, cleaned["customers"])), frozenset(map(int, cleaned["deals"])))
        return Wanted(
            giver_id=self.giver.pk,
            taker_id=cleaned["taker"].pk,
            takes_effect_on=cleaned["takes_effect_on"],
            chosen=EVERYTHING if cleaned["what"] == "all" else some,
            reason=cleaned["reason"],
        )


class VersionForm(forms.Form):
    """The handover as it was seen when a button was pressed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
