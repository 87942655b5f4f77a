from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pipeline.fields import MoneyField, set_currency


class ProductForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    category = forms.CharField(
        label=_("Category"), max_length=80, required=False, help_text=_("A series or family; plans can name it.")
    )
    list_price = MoneyField(label=_("List price"), required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_currency(self, currency)
