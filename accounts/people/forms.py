"""Forms of people, teams and the company. What a field alone cannot know, the services refuse."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member, Region, Role, Team

# Suggestions only: any ISO 4217 code of three letters is taken.
_CODES = (
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR JPY KRW MXN MYR NOK NZD PHP PLN RON SEK SGD THB TRY TWD "
    "USD VND ZAR"
)
CURRENCIES = _CODES.split()
TIME_ZONES = sorted(
    zone for zone in available_timezones() if zone == "UTC" or ("/" in zone and not zone.startswith("Etc/"))
)
# Each language under its own name, so that one finds one's own from any other.
OWN_NAMES = {"en": "English", "zh-hans": "简体中文", "zh-hant": "繁體中文"}


class DateInput(forms.DateInput):
    """The browser's own calendar. It wants ISO dates whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class CompanyFields(forms.Form):
    name = forms.CharField(label=_("Company"), max_length=120)
    language = forms.ChoiceField(
        label=_("Language"), choices=[(code, OWN_NAMES[code]) for code, __ in settings.LANGUAGES]
    )


class SignUpForm(CompanyFields):
    """A new company, and who makes it. Signed in, one is known already."""

    slug = forms.CharField(
        label=_("Address"),
        max_length=50,
        required=False,
        help_text=_("The end of your company's address here, as in /t/acme. Small letters, digits and hyphens."),
    )
    currency = forms.CharField(label=_("Currency"), max_length=3, widget=forms.TextInput({"list": "currencies"}))
    time_zone = forms.CharField(label=_("Time zone"), max_length=64, widget=forms.TextInput({"list": "time-zones"}))
    fiscal_year_start = forms.TypedChoiceField(
        label=_("Fiscal year starts in"), choices=list(MONTHS.items()), coerce=int, initial=1
    )
    full_name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(label=_("Your e-mail"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 12 characters, and not one that is on everybody's list."),
    )
    field_order = ["name", "slug", "currency", "time_zone", "fiscal_year_start", "language", "full_name"]

    def __init__(self, *args: Any, signed_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if signed_in:
            del self.fields["email"], self.fields["password"]

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower()


class CompanyForm(CompanyFields):
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("None: as each browser asks")), *((code, OWN_NAMES[code]) for code, __ in settings.LANGUAGES)],
        help_text=_("For those who have not chosen their own."),
    )
    managers_see_pay = forms.BooleanField(
        label=_("Managers see their people's pay"),
        required=False,
        help_text=_("Otherwise only oneself, HR and executives see it."),
    )
    requires_second_factor = forms.BooleanField(
        label=_("Admins and HR need a second factor"),
        required=False,
        help_text=_("A passkey or an authenticator app; whoever has none is led to setting it up."),
    )
    ends_idle_sessions = forms.BooleanField(
        label=_("Sign admins and HR out after 30 idle minutes"),
        required=False,
        help_text=_("A browser left open in the office shows everybody's pay."),
    )


class MemberFields(forms.Form):
    full_name = forms.CharField(label=_("Full name"), max_length=120)
    roles = forms.MultipleChoiceField(label=_("Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple)
    hired_on = forms.DateField(label=_("First day"), required=False, widget=DateInput())
    employee_number = forms.CharField(label=_("Employee number"), max_length=40, required=False)


class MemberEditForm(MemberFields):
    pay_currency = forms.CharField(
        label=_("Pay currency"), max_length=3, required=False, help_text=_("Empty: the company's.")
    )

    @classmethod
    def of(cls, member: Member) -> MemberEditForm:
        return cls(initial={name: getattr(member, name) for name in cls.base_fields})


class MemberAddForm(MemberFields):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("With it they are sent a link, good for seven days, by which they sign in."),
    )
    team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(
        label=_("Team"), queryset=None, required=False, empty_label=_("None yet")
    )
    field_order = ["full_name", "email", "roles", "team"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]


class SignInForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, help_text=_("They are sent a link, good for seven days and one use.")
    )


class LineManagerForm(forms.Form):
    """Any member who is still here; typed, since a company may have thousands."""

    manager = forms.CharField(
        label=_("Reports to"),
        max_length=120,
        required=False,
        widget=forms.TextInput({"list": "manager-names"}),
        help_text=_("Empty: to whoever leads the team of the day."),
    )


class LeaveForm(forms.Form):
    last_day = forms.DateField(label=_("Last day"), widget=DateInput())


class FromDayForm(forms.Form):
    """Base of what holds from a day on."""

    starts_on = forms.DateField(
        label=_("From"), required=False, widget=DateInput(), help_text=_("Empty: since always, if nothing was before.")
    )


class MoveForm(FromDayForm):
    team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(
        label=_("Team"), queryset=None, empty_label=_("Choose a team")
    )
    field_order = ["team"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]


class LeadForm(FromDayForm):
    """Any member who is still here; typed, since a company may have thousands."""

    member = forms.CharField(label=_("Manager"), max_length=120, widget=forms.TextInput({"list": "member-names"}))
    field_order = ["member"]


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    parent: forms.ModelChoiceField[Team] = forms.ModelChoiceField(
        label=_("Below"), queryset=None, required=False, empty_label=_("No team: at the top")
    )
    region: forms.ModelChoiceField[Region] = forms.ModelChoiceField(
        label=_("Region"),
        queryset=None,
        required=False,
        empty_label=_("None"),
        help_text=_("Of a team at the top; the teams below it share it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["region"].queryset = Region.objects.order_by("name")  # type: ignore[attr-defined]


class RegionForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
