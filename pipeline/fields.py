"""Form fields of the pipeline."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from salesops.lib.errors import DomainError
from salesops.lib.forms import translated
from salesops.lib.money import plain, to_minor


class MoneyField(forms.Field):
    """An amount as people write it (`1,206.88`), as minor units. The form sets `currency` before it is used."""

    currency = ""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "class": "num", "maxlength": "40"}
        super().__init__(widget=forms.TextInput(attributes), **kwargs)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()[:80]
        if not text:
            return None
        try:
            return to_minor(text, self.currency)
        except DomainError as error:
            raise ValidationError(translated(error), code=error.code) from None

    def prepare_value(self, value: Any) -> Any:
        return plain(value, self.currency) if isinstance(value, int) else value


class DayField(forms.DateField):
    """A day, by the browser's own calendar, which wants ISO dates whatever the language."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, **kwargs)


def set_currency(form: forms.BaseForm, currency: str) -> None:
    """Tell every money field of the form which currency it is in."""
    for field in form.fields.values():
        if isinstance(field, MoneyField):
            field.currency = currency
