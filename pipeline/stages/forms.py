"""Forms of the stages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pipeline.deals.models import Criterion, Stage
from pipeline.stages.services import StageValues


class StageForm(forms.Form):
    """An end of the pipeline has a name only."""

    name = forms.CharField(label=_("Name"), max_length=60)
    probability = forms.IntegerField(
        label=_("Chance in %"),
        min_value=0,
        max_value=100,
        help_text=_("How many of a hundred deals in this stage are won. It weights the board's sums."),
    )
    allowed_days = forms.IntegerField(
        label=_("Allowed age in days"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=_("Counted from the day a deal enters the stage; empty sets no limit."),
    )
    forecast = forms.ChoiceField(label=_("Forecast category"), choices=Stage.Forecast.choices)
    exit_criteria = forms.MultipleChoiceField(
        label=_("Needed before a deal leaves it forward"),
        choices=Criterion.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, stage: Stage | None, **kwargs: Any) -> None:
        if stage is not None:
            kwargs["initial"] = {name: getattr(stage, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        if stage is not None and stage.kind != Stage.Kind.OPEN:
            self.fields = {"name": self.fields["name"]}

    def values(self) -> StageValues:
        return StageValues(**self.cleaned_data)


class RemoveForm(forms.Form):
    """Where the deals of a stage go that is taken away."""

    to_stage = forms.TypedChoiceField(label=_("Its deals go to"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, others: Sequence[Stage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "–"), *((str(stage.pk), stage.name) for stage in others)]
        self.fields["to_stage"].choices = choices  # type: ignore[attr-defined]
