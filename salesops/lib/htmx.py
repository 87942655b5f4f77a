"""Page or fragment: decided here once, so that no view asks `if request.htmx`.

A view names its page and the fragment inside it and calls `render`; an invalid form answers with `invalid` (422, which
the client is told to swap), a finished one with `redirect`. Messages added with `django.contrib.messages` reach the
reader either way: on the page as a toast, with a fragment as the event `toast` that opens the same toast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render as render_template
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event
from django_htmx.middleware import HtmxDetails

VARY = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request")


def wants_fragment(request: HttpRequest) -> bool:
    """A boosted link and the back button ask with htmx too, but they replace the whole body: they get the page."""
    htmx = HtmxDetails(request)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render(
    request: HttpRequest,
    page: str,
    context: Mapping[str, Any] | None = None,
    *,
    fragment: str | None = None,
    status: int = 200,
    triggers: Mapping[str, dict[str, Any]] | None = None,
) -> HttpResponse:
    """The page, or `fragment` when htmx asked for a part of it.

    `triggers` are events for other regions of the page (`{"deals-changed": {}}`), sent as HX-Trigger with a fragment;
    a whole page needs none, it is drawn anew.
    """
    partial = fragment if fragment is not None and wants_fragment(request) else None
    response = render_template(request, partial or page, dict(context or {}), status=status)
    patch_vary_headers(response, VARY)
    if partial is not None:
        _send_events(request, response, triggers or {})
    return response


def invalid(
    request: HttpRequest, page: str, context: Mapping[str, Any] | None = None, *, fragment: str | None = None
) -> HttpResponse:
    """A form with errors: 422, with what was typed kept."""
    return render(request, page, context, fragment=fragment, status=422)


def redirect(request: HttpRequest, to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """On to another page after a write: 303 for a plain form, HX-Redirect for htmx, which would otherwise follow the
    303 itself and swap a whole page into the fragment's place. `to` is what `django.shortcuts.redirect` takes."""
    url = resolve_url(to, *args, **kwargs)
    response = HttpResponseClientRedirect(url) if wants_fragment(request) else HttpResponseRedirect(url, status=303)
    patch_vary_headers(response, VARY)
    return response


def saved(
    request: HttpRequest,
    to: str,
    fragment: str,
    context: Mapping[str, Any] | None = None,
    *,
    triggers: Mapping[str, dict[str, Any]] | None = None,
) -> HttpResponse:
    """After a write: `fragment` and its events for htmx, which swaps the place and tells other regions; for a plain
    form on to the page at `to`, which shows it all."""
    if not wants_fragment(request):
        return redirect(request, to)
    return render(request, fragment, context, fragment=fragment, triggers=triggers)


def _send_events(request: HttpRequest, response: HttpResponse, triggers: Mapping[str, dict[str, Any]]) -> None:
    for name, detail in triggers.items():
        trigger_client_event(response, name, detail)
    toasts = [{"text": str(message), "level": message.level_tag} for message in messages.get_messages(request)]
    if toasts:
        trigger_client_event(response, "toast", {"toasts": toasts})


class HtmxSessionExpiredMiddleware:
    """When the session has ended, the redirect to the sign-in page becomes a redirect of the whole window.

    htmx follows a 302 silently; without this the sign-in form would appear inside a table. The address to come back to
    is the page the reader sees, not the fragment's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        htmx = HtmxDetails(request)
        if not htmx or not isinstance(response, HttpResponseRedirect):
            return response
        login = resolve_url(settings.LOGIN_URL)
        if urlsplit(response.url).path != login:
            return response
        back = htmx.current_url_abs_path
        client_redirect = HttpResponseClientRedirect(
            f"{login}?{urlencode({REDIRECT_FIELD_NAME: back})}" if back else login
        )
        patch_vary_headers(client_redirect, VARY)
        client_redirect.cookies = response.cookies
        return client_redirect
