"""The door to a tenant: `/t/<slug>/…` is entered by its members only, in one transaction."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import get_template
from django.utils import translation

from accounts.access.actor import Actor
from accounts.people.models import Access, Member
from accounts.tenancy.context import tenant_scope
from salesops.lib import clock
from salesops.lib.errors import NotVisible

GetResponse = Callable[[HttpRequest], HttpResponseBase]
_TENANT_PATH = re.compile(r"^/t/(?P<slug>[-a-zA-Z0-9_]+)/(?P<rest>.*)", re.DOTALL)
_FIRST_SERVER_ERROR = 500


def not_found() -> HttpResponse:
    """The one 404: the same bytes for a stranger's tenant, somebody else's row and an id that never was."""
    return HttpResponse(get_template("errors/404.html").render({}), status=404)


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
    """Sets `request.tenant` and `request.actor` below `/t/<slug>/`.

    The whole response is made inside one transaction (with ATOMIC_REQUESTS a second time around the view), so that a
    lazily rendered page still has its tenant, and everything is undone when the answer is a server error.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        match = _TENANT_PATH.match(request.path_info)
        if match is None:
            return self.get_response(request)
        user = self._user(request)
        if user is None:
            if match["rest"].startswith("api/"):
                return _unauthenticated()
            return redirect_to_login(request.get_full_path())
        access = Access.objects.select_related("tenant").filter(user_id=user, tenant__slug=match["slug"]).first()
        if access is None:
            return not_found()
        with tenant_scope(access.tenant_id), transaction.atomic():
            member = Member.objects.filter(user_id=user).first()
            if member is None or (member.left_on and member.left_on < access.tenant.day_of(clock.now())):
                return not_found()
            request.tenant = access.tenant  # type: ignore[attr-defined]
            request.actor = Actor(access.tenant, member)  # type: ignore[attr-defined]
            response = self._respond(request)
            if response.status_code >= _FIRST_SERVER_ERROR:
                transaction.set_rollback(True)
            return response

    def _user(self, request: HttpRequest) -> int | None:
        return request.user.pk if request.user.is_authenticated else None

    def _respond(self, request: HttpRequest) -> HttpResponseBase:
        tenant_language = request.tenant.language  # type: ignore[attr-defined]
        if not tenant_language or request.language_is_chosen:  # type: ignore[attr-defined]
            return self.get_response(request)
        with translation.override(tenant_language):
            request.LANGUAGE_CODE = tenant_language
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return not_found() if isinstance(exception, NotVisible) else None


def _unauthenticated() -> JsonResponse:
    problem = {"type": "about:blank", "title": "Not signed in", "status": 401, "code": "not_authenticated"}
    return JsonResponse(problem, status=401, content_type="application/problem+json")
