"""Forms of activities. What a field alone cannot know, the services refuse."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pipeline.activities.models import Activity
from pipeline.activities.selectors import ActivityFilter
from pipeline.activities.services import LONGEST, ActivityValues
from pipeline.contacts.models import Contact
from pipeline.deals.models import Deal
from pipeline.fields import DayField

TASK = "task"
_LOCAL = "%Y-%m-%dT%H:%M"


class InstantField(forms.DateTimeField):
    """A day and a time in the company's zone, by the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format=_LOCAL, attrs={"type": "datetime-local"})
        super().__init__(input_formats=[_LOCAL, "%Y-%m-%dT%H:%M:%S"], widget=widget, **kwargs)


class RowChoice(forms.TypedChoiceField):
    """One of a few rows that the page has loaded anyway; its value is the row's id, None for the empty choice."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, empty_value=None, required=False, **kwargs)

    def offer(self, rows: Iterable[tuple[int, str]]) -> None:
        self.choices = [("", "–"), *rows]


class ActivityForm(forms.Form):
    """What was done, with whom and when; left empty, it was just now."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Activity.Kind.choices, initial=Activity.Kind.NOTE)
    text = forms.CharField(
        label=_("What happened"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}), strip=True
    )
    at = InstantField(label=_("When"), required=False)
    contact = RowChoice(label=_("With"))

    def __init__(self, *args: Any, contacts: Iterable[Contact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["contact"]
        offered.offer([(contact.pk, contact.name) for contact in contacts])

    def values(self) -> ActivityValues:
        cleaned = self.cleaned_data
        return ActivityValues(cleaned["kind"], cleaned["text"], cleaned["at"], cleaned["contact"])


class ActivityEditForm(ActivityForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    @staticmethod
    def initial_of(activity: Activity) -> dict[str, Any]:
        plain = {name: getattr(activity, name) for name in ("kind", "text", "at", "version")}
        return plain | {"contact": activity.contact_id}


class ComposerForm(ActivityForm):
    """The one place to write down what happened and what comes next: an activity, or a task for oneself."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[*Activity.Kind.choices, (TASK, _("Task"))],
        initial=Activity.Kind.NOTE,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("What happened"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("What happened, and what comes next?")}),
    )
    deal = RowChoice(label=_("Deal"))
    next_step = forms.CharField(label=_("What comes next"), max_length=200, required=False)
    next_step_on = DayField(label=_("By when"), required=False)
    due_on = DayField(label=_("Due"), required=False)

    def __init__(self, *args: Any, deals: Iterable[Deal] = (), today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["deal"]
        offered.offer([(deal.pk, deal.title or deal.reference) for deal in deals])
        for name in ("next_step_on", "due_on"):
            self.fields[name].widget.attrs["min"] = today.isoformat()

    @property
    def is_task(self) -> bool:
        return bool(self.cleaned_data["kind"] == TASK)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == TASK and not cleaned.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("Say by which day this is to be done."))
        return cleaned

    def values(self) -> ActivityValues:
        cleaned = self.cleaned_data
        return ActivityValues(
            *(cleaned[name] for name in ("kind", "text", "at", "contact", "next_step_on", "next_step"))
        )


class NextStepForm(forms.Form):
    next_step = forms.CharField(label=_("What comes next"), max_length=200, required=False)
    next_step_on = DayField(label=_("By when"))


class FilterForm(forms.Form):
    """What the list of activities is narrowed to, as it stands in the address."""

    member = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    customer = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    deal = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    kind = forms.ChoiceField(choices=Activity.Kind.choices, required=False)
    first = DayField(required=False)
    last = DayField(required=False)

    def narrowed(self) -> ActivityFilter:
        """The filter; what makes no sense is left out, and so are days for which there is no next day."""
        self.is_valid()
        cleaned = self.cleaned_data
        return ActivityFilter(
            customer_id=cleaned.get("customer"),
            deal_id=cleaned.get("deal"),
            author_id=cleaned.get("member"),
            kind=cleaned.get("kind", ""),
            first=_within(cleaned.get("first")),
            last=_within(cleaned.get("last")),
        )


def _within(day: date | None) -> date | None:
    return day if day is not None and 1900 <= day.year <= 2900 else None
