"""Forms for a plan, a version of it and whom it is for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member, Role, Team
from incentives.engine.document import load_json
from incentives.plans.services import Target
from salesops.lib.errors import DomainError, gettext_noop
from salesops.lib.forms import translated

_LARGEST = 256 * 1024  # a hundred components of a hundred tiers are 200 kB


class VersionForm(forms.Form):
    """A document as text or as a file. Its problems, by path, belong to the field `text`."""

    effective_from = forms.DateField(
        label=_("Effective from"),
        help_text=_("The first day of a month."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    text = forms.CharField(
        label=_("Plan document (JSON)"),
        required=False,
        strip=False,
        max_length=_LARGEST,
        widget=forms.Textarea(attrs={"rows": 18, "class": "mono", "spellcheck": "false"}),
    )
    file = forms.FileField(label=_("Or a file"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            data["document"] = load_json(self._content(data))
        except DomainError as error:
            self.add_error("text", translated(error))
        return data

    def _content(self, data: dict[str, Any]) -> bytes:
        file: Any = data.get("file")
        if file is None:
            return str(data.get("text", "")).encode()
        if (file.size or 0) > _LARGEST:
            raise DomainError("too_large", gettext_noop("is larger than %(most)s kB"), most=_LARGEST // 1024)
        return bytes(file.read())

    def add_problem(self, error: DomainError) -> None:
        """A refusal of the document, in front of it the path; one of another field, at that field."""
        sentence = translated(error)
        if error.field in {"effective_from", "name"} and error.field in self.fields:
            self.add_error(error.field, sentence)
        else:
            self.add_error("text", f"{error.field}: {sentence}" if error.field else sentence)


class PlanForm(VersionForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    field_order = ["name", "effective_from", "text", "file"]


class AssignForm(forms.Form):
    """Whom the plan is for. The choices are `role:rep`, `team:7` and `member:12`."""

    target = forms.ChoiceField(label=_("For"))
    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(
        label=_("To"),
        required=False,
        help_text=_("Empty: until further notice."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = [(f"team:{pk}", name) for pk, name in Team.objects.order_by("name").values_list("pk", "name")]
        people = Member.objects.order_by("sort_name").values_list("pk", "full_name")
        self.fields["target"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (_("Everybody with a role"), [(f"role:{role.value}", role.label) for role in Role]),
            (_("A team"), teams),
            (_("One person"), [(f"member:{pk}", name) for pk, name in people]),
        ]

    def chosen(self) -> Target:
        kind, _separator, key = self.cleaned_data["target"].partition(":")
        if kind == "role":
            return Target(role=key)
        if kind == "team":
            return Target(team=Team.objects.get(pk=key))
        return Target(member=Member.objects.get(pk=key))


class EndForm(forms.Form):
    ends_on = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
