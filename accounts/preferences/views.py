"""The page of one's own preferences."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access.views import TenantRequest, needs
from accounts.notifications.selectors import choices_of
from accounts.notifications.services import choose
from accounts.people.models import User
from accounts.people.selectors import language_of
from accounts.preferences import services
from accounts.preferences.forms import LookForm, ToldForm
from accounts.preferences.looks import remember
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error
from salesops.lib.htmx import invalid, redirect, render

_TEMPLATE = "accounts/preferences/preferences.html"


@require_http_methods(["GET", "POST"])
@needs("people.view")
def preferences(request: TenantRequest) -> HttpResponse:
    """Language and look; the other forms on the page have addresses of their own."""
    form = LookForm(request.POST or None, initial={"language": _user(request).language, "theme": _user(request).theme})
    if request.method == "POST" and form.is_valid():
        try:
            user = services.choose_look(actor=request.actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            with override(language_of(user, request.tenant)):
                messages.success(request, _("Saved."))
            response = redirect(request, "preferences", request.tenant.slug)
            remember(response, settings.LANGUAGE_COOKIE_NAME, user.language)
            remember(response, "theme", user.theme)
            return response
    answer = invalid if form.errors else render
    return answer(request, _TEMPLATE, _context(request) | {"form": form})


@require_POST
@needs("people.view")
def preferences_told(request: TenantRequest) -> HttpResponse:
    """Where one wants to be told of what."""
    form = ToldForm(choices_of(request.actor), request.POST)
    if form.is_valid():
        with transaction.atomic():
            for one in form.changed():
                choose(actor=request.actor, kind=one.kind.name, in_app=one.in_app, by_mail=one.by_mail)
    messages.success(request, _("Saved."))
    return redirect(request, "preferences", request.tenant.slug)


@require_POST
@needs("people.view")
def preferences_sign_out(request: TenantRequest) -> HttpResponse:
    """Out of every other browser; this one's session is told the new epoch."""
    user = services.sign_out_everywhere(actor=request.actor)
    request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    messages.success(request, _("Every other browser is signed out."))
    return redirect(request, "preferences", request.tenant.slug)


def _context(request: TenantRequest) -> dict[str, Any]:
    return {"told": choices_of(request.actor)}


def _user(request: TenantRequest) -> User:
    return request.user  # type: ignore[return-value]  # members who sign in only
