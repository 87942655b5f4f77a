"""The page of API tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access.models import Area
from accounts.access.policy import has
from accounts.access.reauthentication import asks_again
from accounts.access.tokens import create_token, revoke_token, visible_tokens
from accounts.access.views import TenantRequest, needs, today
from salesops.lib import clock
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error
from salesops.lib.htmx import invalid, redirect, render


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("What it is for"), max_length=80, help_text=gettext_lazy("“Nightly export to the warehouse”")
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("What it may do"),
        choices=[("read", gettext_lazy("Read")), ("write", gettext_lazy("Read and write"))],
    )
    areas = forms.MultipleChoiceField(
        label=pgettext_lazy("token", "Where"),
        choices=Area.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: everywhere."),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Expires"),
        coerce=int,
        initial=90,
        choices=[
            (30, gettext_lazy("in 30 days")),
            (90, gettext_lazy("in 90 days")),
            (180, gettext_lazy("in half a year")),
            (365, gettext_lazy("in a year")),
        ],
    )


@never_cache
@require_http_methods(["GET", "POST"])
@needs("people.view")
@asks_again
def api_tokens(request: TenantRequest) -> HttpResponse:
    """The list, and the form whose answer shows the new token's secret, once."""
    form, secret = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            secret = _make(request, form.cleaned_data)
            form = TokenForm()
        except DomainError as error:
            add_domain_error(form, error)
    context = {
        "form": form,
        "secret": secret,
        "tokens": list(visible_tokens(request.actor)),
        "today": today(request),
        "sees_all": has(request.actor, "people.manage"),
    }
    answer = invalid if form.errors else render
    return answer(request, "accounts/access/api_tokens.html", context)


def _make(request: TenantRequest, typed: dict[str, Any]) -> str:
    day = today(request)
    _token, secret = create_token(
        actor=request.actor,
        name=typed["name"],
        as_of=day,
        expires_on=day + timedelta(days=typed["days"]),
        may_write=typed["scope"] == "write",
        areas=typed["areas"],
    )
    return secret


@require_POST
@needs("people.view")
def api_token_revoke(request: TenantRequest, token_id: int) -> HttpResponse:
    token = revoke_token(actor=request.actor, token_id=token_id, at=clock.now())
    messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": token.name})
    return redirect(request, "api_token_list", request.tenant.slug)
