"""Is it still the one who signed in? Asked before what cannot be taken back: a key to the API, an approval of pay."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.views import TenantRequest
from salesops.lib.htmx import redirect

P = ParamSpec("P")
View = Callable[Concatenate[TenantRequest, P], HttpResponseBase]


def is_fresh(request: HttpRequest) -> bool:
    """Whether the password, code or passkey was given in the last five minutes (ACCOUNT_REAUTHENTICATION_TIMEOUT)."""
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT


def asks_again(view: View[P]) -> Callable[..., HttpResponseBase]:
    """For a view whose POST matters: whoever signed in a while ago confirms that it is them, then does it again.

    Nothing is carried over: what was typed is asked for anew, so that no half-made request waits in a session.
    """

    @wraps(view)
    def guarded(request: TenantRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method != "POST" or is_fresh(request):
            return view(request, *args, **kwargs)
        messages.info(request, _("Confirm that it is you, then do it again; nothing was changed yet."))
        return redirect(
            request, f"{reverse('account_reauthenticate')}?{urlencode({REDIRECT_FIELD_NAME: _back(request)})}"
        )

    return guarded


def _back(request: HttpRequest) -> str:
    """The page with the form, which is not always the address it is sent to."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    return came_from.path if came_from.netloc == request.get_host() else request.path
