"""Sign-up: a new company and its first admin."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import perform_login, setup_user_email
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access.throttle import SIGN_UP_BY_ADDRESS
from accounts.people.adapter import AccountAdapter
from accounts.people.forms import CURRENCIES, TIME_ZONES, SignUpForm
from accounts.people.models import User
from accounts.people.services import create_tenant, suggested_slug
from accounts.tenancy.models import Tenant
from salesops.lib import clock
from salesops.lib.errors import DomainError, DomainErrors, gettext_noop
from salesops.lib.forms import add_domain_error
from salesops.lib.htmx import invalid, redirect, render

_FIELDS = {"admin_email": "email", "admin_password": "password", "admin_name": "full_name"}


@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponseBase:
    """Signed in, one adds a company to one's own; signed out, one makes a user with it."""
    user = request.user if request.user.is_authenticated else None
    form = SignUpForm(request.POST or None, signed_in=user is not None, initial={"language": request.LANGUAGE_CODE})
    if request.method == "POST" and form.is_valid():
        try:
            tenant, admin = _found(request, user, form.cleaned_data)
        except DomainError as error:
            for each in error.errors if isinstance(error, DomainErrors) else [error]:
                each.field = _FIELDS.get(each.field or "", each.field)
                add_domain_error(form, each)
        else:
            return _enter(request, user, admin, reverse("tenant_home", args=[tenant.slug]))
    context = {"form": form, "currencies": CURRENCIES, "time_zones": TIME_ZONES}
    answer = invalid if form.errors else render
    return answer(request, "accounts/people/sign_up.html", context)


def _found(request: HttpRequest, user: User | None, typed: dict[str, Any]) -> tuple[Tenant, User]:
    """Not atomic as a whole: a refused attempt must still count."""
    _count(request)
    email = user.email if user else typed["email"].strip().lower()
    if user is None and User.objects.filter(email=email).exists():
        # Knowing an e-mail is not being its owner: nothing is attached to that user. The answer does tell that the
        # e-mail is in use; hiding that as well would need a mail round trip before the company exists. The limit by
        # address keeps it from being asked in bulk.
        message = gettext_noop("No company can be made with this e-mail. If it is yours, sign in first.")
        raise DomainError("sign_in_first", message, "admin_email")
    tenant = create_tenant(
        slug=typed["slug"] or suggested_slug(typed["name"]),
        name=typed["name"],
        currency=typed["currency"],
        time_zone=typed["time_zone"],
        fiscal_year_start=typed["fiscal_year_start"],
        language=typed["language"],
        admin_name=typed["full_name"],
        admin_email=email,
        admin_password=None if user else typed["password"],
    )
    return tenant, user or User.objects.get(email=email)


def _count(request: HttpRequest) -> None:
    now, address = clock.now(), AccountAdapter(request).get_client_ip(request)
    if SIGN_UP_BY_ADDRESS.reached(address, now):
        raise DomainError("too_many", gettext_noop("Too many companies from here; try again in an hour."))
    SIGN_UP_BY_ADDRESS.count(address, now)


def _enter(request: HttpRequest, user: User | None, admin: User, address: str) -> HttpResponseBase:
    """Signed in already: straight to the company. Else by allauth's door, which may ask to confirm the e-mail."""
    if user is not None:
        return redirect(request, address)
    setup_user_email(request, admin, [])
    return perform_login(request, admin, redirect_url=address, signup=True)  # type: ignore[no-any-return]
