"""Invitations: the page for those who send them, and the one that the link opens."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access.throttle import INVITATION_BY_ADDRESS
from accounts.access.views import TenantRequest, needs, today
from accounts.invitations import selectors, services
from accounts.invitations.forms import PasswordForm
from accounts.invitations.models import InvitationState
from accounts.people.adapter import AccountAdapter
from accounts.people.models import User
from accounts.tenancy.context import tenant_scope
from salesops.lib import clock
from salesops.lib.errors import DomainError, DomainErrors, NotVisible
from salesops.lib.forms import add_domain_error, translated
from salesops.lib.htmx import invalid, redirect, render
from salesops.lib.keyset import page, query_with

_BULK = "accounts/invitations/invite_many.html"
_DOOR = "accounts/invitations/door.html"


@require_GET
@needs("people.manage")
def invitation_list(request: TenantRequest) -> HttpResponse:
    return render(request, "accounts/invitations/invitation_list.html", _list_context(request))


@require_http_methods(["GET", "POST"])
@needs("people.manage")
def invitation_create_many(request: TenantRequest) -> HttpResponse:
    """Members without sign-in, each with a place for an e-mail; `?domain=` fills these in to be looked over."""
    refused: dict[int, str] = {}
    typed: dict[int, str] = {}
    if request.method == "POST":
        typed = _typed_emails(request)
        try:
            sent = services.invite_many(actor=request.actor, emails=typed, at=clock.now())
        except DomainErrors as errors:
            refused = {int(str(error.field).removeprefix("email-")): translated(error) for error in errors.errors}
        else:
            text = ngettext("%(count)s invitation is on its way.", "%(count)s invitations are on their way.", len(sent))
            messages.success(request, text % {"count": len(sent)})
            return redirect(request, "invitation_list", request.tenant.slug)
    answer = invalid if refused else render
    return answer(request, _BULK, _many_context(request, typed, refused))


@require_POST
@needs("people.manage")
def invitation_resend(request: TenantRequest, invitation_id: int) -> HttpResponse:
    try:
        sent = services.resend(actor=request.actor, invitation_id=invitation_id, at=clock.now())
    except DomainError as error:
        messages.error(request, translated(error))
    else:
        messages.success(request, _("A new link is on its way to %(email)s.") % {"email": sent.email})
    return redirect(request, "invitation_list", request.tenant.slug)


@require_POST
@needs("people.manage")
def invitation_revoke(request: TenantRequest, invitation_id: int) -> HttpResponse:
    try:
        services.revoke(actor=request.actor, invitation_id=invitation_id, at=clock.now())
    except DomainError as error:
        messages.error(request, translated(error))
    else:
        messages.success(request, _("The link opens nothing any more."))
    return redirect(request, "invitation_list", request.tenant.slug)


def _list_context(request: TenantRequest) -> dict[str, Any]:
    now, state = clock.now(), request.GET.get("state", "")
    every = selectors.in_state(selectors.invitations(request.actor), state, now)
    found = page(every, by=selectors.ORDER, cursor=request.GET.get("cursor", ""))
    address = reverse("invitation_list", args=[request.tenant.slug])
    views = [{"label": _("All"), "url": address, "current": state not in InvitationState.values}]
    views += [
        {"label": str(each.label).capitalize(), "url": f"{address}?state={each.value}", "current": state == each.value}
        for each in InvitationState
    ]
    return {
        "rows": [selectors.row(each, now) for each in found.rows],
        "views": views,
        "filtered": state in InvitationState.values,
        "next_url": query_with(request.GET, found.next),
        "previous_url": query_with(request.GET, found.previous),
    }


def _many_context(request: TenantRequest, typed: dict[int, str], refused: dict[int, str]) -> dict[str, Any]:
    domain = request.GET.get("domain", "").strip().lower().lstrip("@")
    people = selectors.not_signing_in(request.actor, today(request))
    found = page(people, by=("sort_name", "id"), cursor=request.GET.get("cursor", ""))
    return {
        "domain": domain,
        "rows": [
            {
                "member": member,
                "email": typed.get(member.pk) or selectors.suggested_email(member.full_name, domain),
                "error": refused.get(member.pk, ""),
            }
            for member in found.rows
        ],
        "next_url": query_with(request.GET, found.next),
        "previous_url": query_with(request.GET, found.previous),
    }


def _typed_emails(request: TenantRequest) -> dict[int, str]:
    prefix = "email-"
    named = {name.removeprefix(prefix): value for name, value in request.POST.items() if name.startswith(prefix)}
    ids = {name: value for name, value in named.items() if name.isascii() and name.isdecimal() and len(name) < 19}
    return {int(id): str(value).strip() for id, value in ids.items() if str(value).strip()}


# --- The link ---------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """What the link opens: a password to choose, an account to sign in with, or what to do instead."""
    now, address = clock.now(), AccountAdapter(request).get_client_ip(request)
    if INVITATION_BY_ADDRESS.reached(address, now):
        return render(request, _DOOR, {"problem": "too_many"}, status=429)
    found = selectors.door(token, now)
    if found is None:
        INVITATION_BY_ADDRESS.count(address, now)
        return render(request, _DOOR, {"problem": "unknown"}, status=404)
    with override(_language(request, found)):
        if found.state != InvitationState.OPEN:
            return render(request, _DOOR, {"problem": found.state, "door": found}, status=410)
        return _open(request, found)


def _open(request: HttpRequest, found: selectors.Door) -> HttpResponseBase:
    user = request.user if isinstance(request.user, User) else None
    form = PasswordForm(request.POST or None)
    context = {
        "door": found,
        "form": form,
        "other": user.email if user and user.email != found.email else "",
        "is_known": user is not None and user.email == found.email,
        "sign_in_url": f"{reverse('account_login')}?{urlencode({'next': request.path})}",
    }
    if request.method != "POST" or context["other"]:
        return render(request, _DOOR, context)
    if user is None and not form.is_valid():
        return invalid(request, _DOOR, context)
    try:
        joined = _accept(found, user, "" if user else form.cleaned_data["password"])
    except DomainError as error:
        add_domain_error(form, error)
        return invalid(request, _DOOR, context)
    except NotVisible:  # used or withdrawn between the look and the click
        return render(request, _DOOR, {"problem": InvitationState.REVOKED, "door": found}, status=410)
    home = reverse("tenant_home", args=[found.tenant.slug])
    return redirect(request, home) if user else perform_login(request, joined, redirect_url=home)


def _accept(found: selectors.Door, user: User | None, password: str) -> User:
    with tenant_scope(found.tenant.pk):
        return services.accept(
            invitation_id=found.named.invitation_id,
            nonce=found.named.nonce,
            user=user,
            password=password,
            at=clock.now(),
        )


def _language(request: HttpRequest, found: selectors.Door) -> str:
    """The company's, for somebody who has not chosen one."""
    chosen = getattr(request, "language_is_chosen", False)
    return request.LANGUAGE_CODE if chosen or not found.tenant.language else found.tenant.language
