"""Forms of risks. What a field alone cannot know, the services refuse."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.access.policy import rows
from accounts.people.models import Member
from pipeline.deals.forms import CustomerNameField
from pipeline.deals.models import Deal
from pipeline.fields import DayField
from pipeline.risks.models import Risk
from pipeline.risks.registry import Severity
from pipeline.risks.rules import Rule
from pipeline.risks.services import RiskValues
from pipeline.scope import members_here

_UNITS: dict[str, Any] = {"days": _("days"), "percent": "%", "count": ""}


class VersionForm(forms.Form):
    """An action on a risk, for the version that the person has seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, risk: Risk, as_of: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": risk.version}
        super().__init__(*args, **kwargs)


class CloseForm(VersionForm):
    note = forms.CharField(label=_("Why it is closed"), max_length=400, widget=forms.Textarea({"rows": 3}))


class MuteForm(VersionForm):
    until = DayField(label=_("Mute until"))
    reason = forms.CharField(label=_("Why it is muted"), max_length=200)

    def __init__(self, *args: Any, risk: Risk, as_of: date, **kwargs: Any) -> None:
        super().__init__(*args, risk=risk, as_of=as_of, **kwargs)
        self.fields["until"].widget.attrs["min"] = as_of.isoformat()


class StepForm(forms.Form):
    text = forms.CharField(label=_("What is to be done"), max_length=200)
    due_on = DayField(label=pgettext_lazy("due day", "By"), required=False)


class DealReferenceField(forms.CharField):
    """A deal by its reference, among those that the actor sees."""

    actor: Actor
    as_of: date

    def clean(self, value: Any) -> Deal | None:
        reference = " ".join(str(super().clean(value)).split())
        if not reference:
            return None
        visible = rows(self.actor, "deals.view", Deal.objects.all(), as_of=self.as_of)
        deal: Deal | None = visible.filter(reference=reference).first()
        if deal is None:
            raise ValidationError(gettext("There is no deal “%(reference)s”.") % {"reference": reference})
        return deal


class RiskForm(forms.Form):
    """A risk entered by hand."""

    title = forms.CharField(label=_("What may go wrong"), max_length=160)
    severity = forms.TypedChoiceField(
        label=_("Severity"), choices=Severity.choices, coerce=int, initial=Severity.MEDIUM
    )
    customer = CustomerNameField(label=_("Customer"), max_length=160, required=False)
    deal = DealReferenceField(
        label=_("Deal"), max_length=60, required=False, help_text=_("Its reference; may stay empty.")
    )
    owner: forms.ModelChoiceField[Member] = forms.ModelChoiceField(
        queryset=None, label=_("Owner"), required=False, empty_label=_("whoever owns the deal or the customer")
    )
    due_on = DayField(label=_("To be dealt with by"), required=False)
    note = forms.CharField(label=_("Note"), max_length=4000, required=False, widget=forms.Textarea({"rows": 4}))

    def __init__(self, *args: Any, actor: Actor, as_of: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].bind_to(actor, as_of)  # type: ignore[attr-defined]
        deal: DealReferenceField = self.fields["deal"]  # type: ignore[assignment]
        deal.actor, deal.as_of = actor, as_of
        self.fields["owner"].queryset = members_here(actor, "risks.edit", as_of)  # type: ignore[attr-defined]
        self.fields["due_on"].widget.attrs["min"] = as_of.isoformat()

    def values(self) -> RiskValues:
        cleaned = self.cleaned_data
        return RiskValues(
            title=cleaned["title"],
            severity=cleaned["severity"],
            note=cleaned["note"],
            customer_id=cleaned["customer"].pk if cleaned["customer"] else None,
            deal_id=cleaned["deal"].pk if cleaned["deal"] else None,
            owner_id=cleaned["owner"].pk if cleaned["owner"] else None,
            due_on=cleaned["due_on"],
        )


class RuleForm(forms.Form):
    """What a company sets for one kind: a field for each parameter that the detector declares."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    enabled = forms.BooleanField(label=_("Watched every night"), required=False)
    severity = forms.TypedChoiceField(label=_("Severity"), choices=Severity.choices, coerce=int)

    def __init__(self, *args: Any, rule: Rule, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "version": rule.version,
            "enabled": rule.enabled,
            "severity": int(rule.severity),
            **rule.parameters,
        }
        super().__init__(*args, **kwargs)
        self.parameters = rule.detector.parameters
        for parameter in self.parameters:
            self.fields[parameter.name] = forms.IntegerField(
                label=parameter.label,  # type: ignore[arg-type]  # Django takes any lazy text
                min_value=parameter.minimum,
                max_value=parameter.maximum,
                help_text=_UNITS[parameter.unit],
            )

    def chosen(self) -> dict[str, int]:
        return {parameter.name: self.cleaned_data[parameter.name] for parameter in self.parameters}


class FilterForm(forms.Form):
    """The filters of board and list, as they stand in the address. A nonsensical one is left out, not refused."""

    state = forms.CharField(required=False, max_length=12)
    kind = forms.CharField(required=False, max_length=40)
    severity = forms.IntegerField(required=False, min_value=1, max_value=3)
    owner = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    team = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
