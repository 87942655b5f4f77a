"""The forms of the preferences."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.notifications.selectors import KindChoice
from accounts.people.forms import OWN_NAMES
from accounts.people.models import Theme


class LookForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("The company's")), *((code, OWN_NAMES[code]) for code, __ in settings.LANGUAGES)],
        help_text=_("Of the pages and of the mail you get, in every company."),
    )
    theme = forms.ChoiceField(label=_("Theme"), required=False, choices=[("", _("As the system does")), *Theme.choices])


class ToldForm(forms.Form):
    """Two boxes for each kind of notification, named after it."""

    def __init__(self, choices: Sequence[KindChoice], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.choices = choices
        for choice in choices:
            self.fields[f"app:{choice.kind.name}"] = forms.BooleanField(required=False)
            self.fields[f"mail:{choice.kind.name}"] = forms.BooleanField(required=False)

    def changed(self) -> list[KindChoice]:
        """Only what the reader has changed: for the others the kinds' own defaults go on holding."""
        told = [
            KindChoice(
                choice.kind,
                in_app=self.cleaned_data[f"app:{choice.kind.name}"],
                by_mail=self.cleaned_data[f"mail:{choice.kind.name}"],
            )
            for choice in self.choices
        ]
        return [now for before, now in zip(self.choices, told, strict=True) if before != now]
