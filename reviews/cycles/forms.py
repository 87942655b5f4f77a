"""Forms of cycles and reviews. What a field alone cannot know, the services refuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.people.models import Member
from reviews.cycles.models import Review, ReviewCycle, ReviewScore
from reviews.cycles.services import Entry, ManagerPart, SelfPart
from reviews.cycles.starting import Deadlines
from reviews.scorecards.models import Scorecard, ScorecardItem
from salesops.lib.periods import month_of

_MONTHS, _QUARTERS = 6, 4  # offered, counted back from today


class DayField(forms.DateField):
    """A day, by the browser's own calendar, which wants ISO dates whatever the language."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, **kwargs)


def _text(label: Any, **kwargs: Any) -> forms.CharField:
    rows = kwargs.pop("rows", 3)
    return forms.CharField(
        label=label, max_length=4000, required=False, widget=forms.Textarea({"rows": rows}), **kwargs
    )


class DeadlinesForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    self_due = DayField(label=_("Self part by"))
    manager_due = DayField(label=_("Manager part by"))
    sign_due = DayField(label=_("Meeting and sign-off by"))

    def deadlines(self) -> Deadlines:
        cleaned = self.cleaned_data
        return Deadlines(cleaned["self_due"], cleaned["manager_due"], cleaned["sign_due"])

    @classmethod
    def of(cls, data: Any, cycle: ReviewCycle) -> DeadlinesForm:
        names = ("version", "self_due", "manager_due", "sign_due")
        return cls(data, initial={name: getattr(cycle, name) for name in names})


class CycleForm(DeadlinesForm):
    name = forms.CharField(label=_("Name"), max_length=80)
    period = forms.ChoiceField(label=_("Period"))
    scorecards: forms.ModelMultipleChoiceField[Scorecard] = forms.ModelMultipleChoiceField(
        queryset=None,
        label=_("Scorecards"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everybody takes part for whom one of them is meant, by its newest version."),
    )

    field_order = ("name", "period", "scorecards", "self_due", "manager_due", "sign_due")

    def __init__(self, *args: Any, actor: Actor, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = _periods(actor, today)  # type: ignore[attr-defined]
        meant = Scorecard.objects.filter(~Q(role="") | Q(team__isnull=False)).order_by("code")
        self.fields["scorecards"].queryset = meant  # type: ignore[attr-defined]

    def scorecard_ids(self) -> list[int]:
        return [scorecard.pk for scorecard in self.cleaned_data["scorecards"]]


def _periods(actor: Actor, today: date) -> list[tuple[str, str]]:
    """The last months and quarters, the finished ones first of each."""
    calendar = actor.tenant.calendar
    month, quarter = calendar.previous(month_of(today)), calendar.previous(calendar.quarter_of(today))
    found = [month]
    for _place in range(_MONTHS - 1):
        found.append(calendar.previous(found[-1]))
    found.append(quarter)
    for _place in range(_QUARTERS - 1):
        found.append(calendar.previous(found[-1]))
    now = [calendar.quarter_of(today), month_of(today)]
    return [(period.key, period.key) for period in (*found, *now)]


class PartForm(forms.Form):
    """One side of a review: a value for what is entered by hand, a note for every row, and the words at the end."""

    whose = ""

    def __init__(
        self,
        *args: Any,
        review: Review,
        items: Sequence[ScorecardItem],
        scores: Mapping[int, ReviewScore],
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = self._initial(review, scores)
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            if not item.kpi.measure:
                self.fields[f"value_{item.pk}"] = forms.DecimalField(
                    label=_("Value"),
                    required=False,
                    max_digits=16,
                    decimal_places=4,
                    min_value=0,
                    widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "class": "num"}),
                )
            self.fields[f"note_{item.pk}"] = _text(_("Your note"), rows=1)

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def _initial(self, review: Review, scores: Mapping[int, ReviewScore]) -> dict[str, Any]:
        found: dict[str, Any] = {"version": review.version}
        for item_id, score in scores.items():
            value = getattr(score, f"{self.whose}_value")
            found[f"value_{item_id}"] = None if value is None else f"{value.normalize():f}"
            found[f"note_{item_id}"] = getattr(score, f"{self.whose}_note")
        return found

    def entries(self) -> dict[int, Entry]:
        cleaned = self.cleaned_data
        return {
            item.pk: Entry(cleaned.get(f"value_{item.pk}"), cleaned.get(f"note_{item.pk}", "")) for item in self.items
        }

    def field_of(self, path: str | None) -> str | None:
        """The form's field for the service's `entries.7.value`."""
        kind, _dot, rest = (path or "").partition(".")
        place, _dot, name = rest.partition(".")
        field = f"{name}_{place}" if kind == "entries" else path
        return field if field in self.fields else None


class SelfForm(PartForm):
    whose = "self"
    comment = _text(_("How the period went, in your words"), rows=4)

    def _initial(self, review: Review, scores: Mapping[int, ReviewScore]) -> dict[str, Any]:
        return super()._initial(review, scores) | {"comment": review.self_comment}

    def part(self) -> SelfPart:
        return SelfPart(self.cleaned_data["comment"], self.entries())


class ManagerForm(PartForm):
    whose = "manager"
    comment = _text(_("How the period went, as you see it"), rows=4)
    strengths = _text(_("Strengths"))
    next_steps = _text(_("Next steps"))
    meeting_on = DayField(label=_("Meeting on"), required=False)

    def _initial(self, review: Review, scores: Mapping[int, ReviewScore]) -> dict[str, Any]:
        names = ("strengths", "next_steps", "meeting_on")
        words = {name: getattr(review, name) for name in names}
        return super()._initial(review, scores) | words | {"comment": review.manager_comment}

    def part(self) -> ManagerPart:
        cleaned = self.cleaned_data
        return ManagerPart(
            cleaned["comment"], cleaned["strengths"], cleaned["next_steps"], cleaned["meeting_on"], self.entries()
        )


class SignForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    agreement = forms.ChoiceField(
        label=_("Your answer"),
        choices=[
            (Review.Agreement.AGREE.value, _("I agree with this review")),
            (Review.Agreement.DISAGREE.value, _("I see it differently")),
        ],
        widget=forms.RadioSelect,
    )
    comment = _text(_("Your comment"))


class ReasonForm(forms.Form):
    """For closing a review without its signature."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = _text(_("Reason"))


class ReopenForm(ReasonForm):
    state = forms.ChoiceField(
        label=_("Back to"),
        choices=[
            (Review.State.MANAGER.value, Review.State.MANAGER.label),
            (Review.State.SELF.value, Review.State.SELF.label),
        ],
    )
    due_on = DayField(label=_("New deadline"))

    field_order = ("version", "state", "due_on", "reason")


class ReviewerForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reviewer: forms.ModelChoiceField[Member] = forms.ModelChoiceField(queryset=None, label=_("Reviewer"))

    def __init__(self, *args: Any, review: Review, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": review.version, "reviewer": review.reviewer_id}
        super().__init__(*args, **kwargs)
        here = Q(left_on__isnull=True) | Q(left_on__gte=today)
        leading = Q(roles__overlap=["manager", "executive", "hr"]) | Q(pk=review.reviewer_id)
        people = Member.objects.filter(here & leading).exclude(pk=review.member_id)
        self.fields["reviewer"].queryset = people.order_by("sort_name", "id")  # type: ignore[attr-defined]
