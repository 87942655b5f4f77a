"""The door to a tenant: `/t/<slug>/…` is entered by its members only, in one transaction."""

from __future__ import annotations

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone, translation

from accounts.access import guarding
from accounts.access.actor import Actor
from accounts.access.refusals import not_found
from accounts.access.tokens import token_with
from accounts.notifications.selectors import with_unread
from accounts.people.models import Access, Member
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from salesops.lib import clock
from salesops.lib.errors import NotVisible

GetResponse = Callable[[HttpRequest], HttpResponseBase]
_TENANT_PATH = re.compile(r"^/t/(?P<slug>[-a-zA-Z0-9_]+)/(?P<rest>.*)", re.DOTALL)
_FIRST_SERVER_ERROR = 500


class LanguageMiddleware:
    """The user's language, else the one chosen on this browser, else the tenant's, else the browser's own."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = getattr(request.user, "language", "") or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = dict(settings.LANGUAGES)
        request.language_is_chosen = chosen in known  # type: ignore[attr-defined]
        language = chosen if chosen in known else translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class TenantMiddleware:
    """Sets `request.tenant` and `request.actor` below `/t/<slug>/`, for a session or, on the API, a member's token.

    The whole response is made inside one transaction (with ATOMIC_REQUESTS a second time around the view), so that a
    lazily rendered page still has its tenant, and everything is undone when the answer is a server error. Times
    are shown in the tenant's zone.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        match = _TENANT_PATH.match(request.path_info)
        if match is None:
            return self.get_response(request)
        is_api = match["rest"].startswith("api/")
        if is_api and (secret := _bearer(request)):
            return self._with_token(request, match["slug"], secret)
        if not request.user.is_authenticated:
            return _unauthenticated() if is_api else redirect_to_login(request.get_full_path())
        return self._with_session(request, match["slug"], request.user.pk, is_api=is_api)

    def _with_session(self, request: HttpRequest, slug: str, user_id: int, *, is_api: bool) -> HttpResponseBase:
        now = clock.now()
        accesses = Access.objects.select_related("tenant").filter(user_id=user_id, tenant__slug=slug)
        access = guarding.with_second_factor(accesses).first()
        if access is None:
            return not_found()
        with tenant_scope(access.tenant_id), transaction.atomic():
            member = with_unread(Member.objects.filter(user_id=user_id)).first()
            if member is None or _has_left(member, access.tenant):
                return not_found()
            if guarding.was_left_alone(request, access.tenant, member, now):
                return _unauthenticated() if is_api else guarding.to_sign_in_again(request)
            has_factor: bool = access.has_second_factor  # type: ignore[attr-defined]  # by `with_second_factor`
            if guarding.must_set_up(access.tenant, member, now, has_second_factor=has_factor):
                return guarding.to_set_up(request, is_api=is_api)
            return self._inside(request, access.tenant, member)

    def _with_token(self, request: HttpRequest, slug: str, secret: str) -> HttpResponseBase:
        """The address names the tenant, so the token is looked up behind that tenant's walls."""
        tenant = Tenant.objects.filter(slug=slug).first()
        if tenant is None:
            return _unauthenticated()
        with tenant_scope(tenant.pk), transaction.atomic():
            now = clock.now()
            token = token_with(secret, tenant.day_of(now))
            if token is None or _has_left(token.member, tenant):
                return _unauthenticated()
            has_factor: bool = token.has_second_factor  # type: ignore[attr-defined]  # by `token_with`
            if guarding.must_set_up(tenant, token.member, now, has_second_factor=has_factor):
                return guarding.to_set_up(request, is_api=True)
            request.user = token.member.user
            request.api_token = token  # type: ignore[attr-defined]
            return self._inside(request, tenant, token.member)

    def _inside(self, request: HttpRequest, tenant: Tenant, member: Member) -> HttpResponseBase:
        request.tenant = tenant  # type: ignore[attr-defined]
        request.actor = Actor(tenant, member)  # type: ignore[attr-defined]
        with timezone.override(ZoneInfo(tenant.time_zone)):
            response = self._respond(request)
        if response.status_code >= _FIRST_SERVER_ERROR:
            transaction.set_rollback(True)
        return response

    def _respond(self, request: HttpRequest) -> HttpResponseBase:
        tenant_language = request.tenant.language  # type: ignore[attr-defined]
        if not tenant_language or request.language_is_chosen:  # type: ignore[attr-defined]
            return self.get_response(request)
        with translation.override(tenant_language):
            request.LANGUAGE_CODE = tenant_language
            response = self.get_response(request)
            response.headers["Content-Language"] = tenant_language
            return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return not_found() if isinstance(exception, NotVisible) else None


def _has_left(member: Member, tenant: Tenant) -> bool:
    return member.left_on is not None and member.left_on < tenant.day_of(clock.now())


def _bearer(request: HttpRequest) -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _unauthenticated() -> JsonResponse:
    problem = {"type": "about:blank", "title": "Not signed in", "status": 401, "code": "not_authenticated"}
    headers = {"WWW-Authenticate": "Bearer"}
    return JsonResponse(problem, status=401, content_type="application/problem+json", headers=headers)
