"""Forms of the KPI library and of scorecards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.measures import every_measure, find_measure
from accounts.people.models import Role, Team
from reviews.scorecards.models import Dimension, Kpi, Scorecard, ScorecardItem, Unit
from reviews.scorecards.values import MOST_ITEMS, ItemValues, KpiValues

_BLANK_ROWS = 3  # for those without script; with it, rows are added as they are needed
_NUMBER = {"inputmode": "decimal", "autocomplete": "off", "class": "num"}


class NamesForm(forms.Form):
    """A name in each of the site's languages, of which one is enough."""

    def __init__(self, *args: Any, names: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, language in settings.LANGUAGES:
            label = _("Name (%(language)s)") % {"language": language}
            initial = (names or {}).get(code, "")
            self.fields[_field(code)] = forms.CharField(label=label, max_length=80, required=False, initial=initial)

    def names(self) -> dict[str, str]:
        typed = {code: self.cleaned_data[_field(code)] for code, _language in settings.LANGUAGES}
        return {code: name for code, name in typed.items() if name}


def _field(language: str) -> str:
    return f"name_{language.replace('-', '_')}"


class KpiForm(NamesForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Small letters, digits and hyphens; it stays for good.")
    )
    measure = forms.ChoiceField(
        label=_("Source"), required=False, help_text=_("What is measured fills itself; the rest is entered in reviews.")
    )
    unit = forms.ChoiceField(
        label=_("Unit"), choices=Unit.choices, help_text=_("Of what is entered by hand; what is measured has its own.")
    )
    lower_is_better = forms.BooleanField(label=_("Lower is better"), required=False)
    retired = forms.BooleanField(label=_("Retired: not offered for new scorecards"), required=False)

    field_order = ("version", "code", "name_en", "name_zh_hans", "name_zh_hant")

    def __init__(self, *args: Any, kpi: Kpi | None = None, **kwargs: Any) -> None:
        names = ("version", "code", "measure", "unit", "lower_is_better", "retired")
        kwargs["initial"] = {name: getattr(kpi, name) for name in names} if kpi else {"unit": Unit.SCORE}
        super().__init__(*args, names=kpi.names if kpi else None, **kwargs)
        self.order_fields(self.field_order)
        measures = [(measure.name, measure.label) for measure in every_measure()]
        self.fields["measure"].choices = [("", _("entered by hand")), *measures]  # type: ignore[attr-defined]
        self.fields["code"].disabled = kpi is not None
        if kpi is None:
            del self.fields["retired"]

    def values(self) -> KpiValues:
        cleaned = self.cleaned_data
        measure = find_measure(cleaned["measure"])
        return KpiValues(
            names=self.names(),
            unit=measure.unit if measure else cleaned["unit"],
            measure=cleaned["measure"],
            lower_is_better=cleaned["lower_is_better"],
            retired=cleaned.get("retired", False),
        )


class ScorecardForm(NamesForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("Plans name it; it stays for good."))
    role = forms.ChoiceField(label=_("For everybody with the role"), required=False)
    team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(
        queryset=None, label=_("or for the team"), required=False, empty_label="–"
    )

    field_order = ("version", "code", "name_en", "name_zh_hans", "name_zh_hant")

    def __init__(self, *args: Any, scorecard: Scorecard | None = None, **kwargs: Any) -> None:
        names = ("version", "code", "role", "team")
        kwargs["initial"] = {name: getattr(scorecard, name) for name in names} if scorecard else {}
        super().__init__(*args, names=scorecard.names if scorecard else None, **kwargs)
        self.order_fields(self.field_order)
        self.fields["role"].choices = [("", "–"), *Role.choices]  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["code"].disabled = scorecard is not None

    def audience(self) -> dict[str, Any]:
        team = self.cleaned_data["team"]
        return {"role": self.cleaned_data["role"], "team_id": team.pk if team else None}


class StepsField(forms.CharField):
    """A step table as people write it: `3: 60, 4: 100`, from the worst bound to the best."""

    def to_python(self, value: Any) -> Any:
        pairs = [part.partition(":") for part in str(value or "").split(",") if part.strip()]
        try:
            steps = tuple((_decimal(bound), _decimal(points)) for bound, _colon, points in pairs)
        except InvalidOperation:
            raise ValidationError(gettext("Write the steps as “3: 60, 4: 100”."), code="bad_steps") from None
        return steps

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value is None:
            return value
        return ", ".join(f"{Decimal(bound).normalize():f}: {Decimal(points).normalize():f}" for bound, points in value)


def _decimal(text: str) -> Decimal:
    number = Decimal(text.strip())
    if not number.is_finite() or abs(number) >= 10**15:
        raise InvalidOperation
    return number


def _number(label: Any, **kwargs: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, max_digits=19, decimal_places=4, widget=forms.TextInput(_NUMBER), **kwargs
    )


class ItemForm(forms.Form):
    """A row of the editor. Without a KPI it is left out."""

    kpi: forms.ModelChoiceField[Kpi] = forms.ModelChoiceField(
        queryset=None, label=_("KPI"), required=False, empty_label="–"
    )
    dimension = forms.ChoiceField(label=_("Dimension"), choices=Dimension.choices)
    weight = forms.DecimalField(
        label=_("Weight"),
        required=False,
        max_digits=5,
        decimal_places=2,
        widget=forms.TextInput({**_NUMBER, "data-weight": ""}),
    )
    of = forms.ChoiceField(label=_("Counted for"), choices=ScorecardItem.Of.choices)
    against = forms.ChoiceField(label=_("Measured against"), choices=ScorecardItem.Against.choices)
    shape = forms.ChoiceField(label=_("Curve"), choices=ScorecardItem.Shape.choices)
    floor = _number(_("0 points at"))
    target = _number(_("100 points at"))
    cap = _number(_("At most, points"), initial=Decimal(120))
    steps = StepsField(label=_("Steps (value: points)"), required=False, max_length=200)

    def __init__(self, *args: Any, kpis: Sequence[Kpi], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "–"), *((kpi.pk, kpi.name) for kpi in kpis)]
        self.fields["kpi"].queryset = Kpi.objects.all()  # type: ignore[attr-defined]
        self.fields["kpi"].choices = choices  # type: ignore[attr-defined]  # read once for every row

    def values(self) -> ItemValues:
        cleaned = self.cleaned_data
        return ItemValues(
            kpi_id=cleaned["kpi"].pk,
            dimension=cleaned["dimension"],
            weight=cleaned["weight"] or Decimal(0),
            of=cleaned["of"],
            against=cleaned["against"],
            shape=cleaned["shape"],
            floor=cleaned["floor"],
            target=cleaned["target"],
            cap=cleaned["cap"] or Decimal(0),
            steps=cleaned["steps"] or (),
        )


ItemFormSet = forms.formset_factory(ItemForm, extra=_BLANK_ROWS, max_num=MOST_ITEMS, absolute_max=MOST_ITEMS + 10)


def item_rows(data: Any, items: Sequence[ScorecardItem], kpis: Sequence[Kpi]) -> forms.BaseFormSet[ItemForm]:
    """The rows of the editor: those of the version, and some blank ones."""
    names = ("dimension", "weight", "of", "against", "shape", "floor", "target", "cap", "steps")
    initial = [{"kpi": item.kpi_id, **{name: _plain(getattr(item, name)) for name in names}} for item in items]
    return ItemFormSet(data, initial=initial, form_kwargs={"kpis": kpis}, prefix="items")


def _plain(value: Any) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def filled(rows: forms.BaseFormSet[ItemForm]) -> list[ItemForm]:
    """Those that name a KPI, in their order."""
    return [form for form in rows.forms if form.cleaned_data.get("kpi")]
