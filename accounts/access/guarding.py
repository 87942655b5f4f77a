"""What a company asks of those who run it: a second factor, and not to leave a signed-in browser alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.people.models import Access, Member, Role
from accounts.tenancy.models import Tenant
from salesops.lib.htmx import wants_fragment

OFFICE = frozenset({Role.ADMIN, Role.HR})
IDLE = timedelta(minutes=30)
_GRACE = timedelta(days=1)  # whoever has just made a company looks around first
_TOLD = timedelta(minutes=1)  # how exactly the last sight is kept: one write a minute, not one a page
_SEEN = "seen"


def second_factor(user: str) -> Exists:
    """Whether the user that the path leads to has one: a part of another query. Recovery codes alone are none."""
    factors = Authenticator.objects.filter(user=OuterRef(user))
    return Exists(factors.exclude(type=Authenticator.Type.RECOVERY_CODES))


def with_second_factor(accesses: QuerySet[Access]) -> QuerySet[Access]:
    """Each with `has_second_factor`, in the same query."""
    return accesses.annotate(has_second_factor=second_factor("user"))


def must_set_up(tenant: Tenant, member: Member, now: datetime, *, has_second_factor: bool) -> bool:
    """Whether the member may not go on, in a browser or by a token, before they have set up a second factor."""
    asked = tenant.requires_second_factor and now >= tenant.created_at + _GRACE
    return asked and not has_second_factor and not OFFICE.isdisjoint(member.roles)


def to_set_up(request: HttpRequest, *, is_api: bool) -> HttpResponse:
    """To the page where it is set up, which lies outside every company and so asks for nothing itself."""
    if is_api:
        title = _("Your company asks admins and HR for a second factor; set one up first.")
        body = {"type": "about:blank", "title": title, "status": 403, "code": "second_factor_required"}
        return JsonResponse(body, status=403, content_type="application/problem+json")
    url = f"{reverse('mfa_index')}?required=1"
    return HttpResponseClientRedirect(url) if wants_fragment(request) else HttpResponseRedirect(url)


def was_left_alone(request: HttpRequest, tenant: Tenant, member: Member, now: datetime) -> bool:
    """Whether the session of somebody who runs the company has been idle too long; else it is seen now."""
    if not tenant.ends_idle_sessions or OFFICE.isdisjoint(member.roles):
        return False
    seen = request.session.get(_SEEN)
    if seen is not None and now.timestamp() - seen > IDLE.total_seconds():
        return True
    if seen is None or now.timestamp() - seen > _TOLD.total_seconds():
        request.session[_SEEN] = int(now.timestamp())
    return False


def to_sign_in_again(request: HttpRequest) -> HttpResponse:
    """The session is over; the sign-in page leads back. htmx is sent there by HtmxSessionExpiredMiddleware."""
    logout(request)
    return redirect_to_login(request.get_full_path())
