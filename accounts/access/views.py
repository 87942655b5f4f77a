"""What every view inside a tenant begins with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from accounts.access.actor import Actor
from accounts.access.policy import has
from accounts.tenancy.models import Tenant
from salesops.lib import clock

P = ParamSpec("P")


class TenantRequest(HttpRequest):
    """A request below `/t/<slug>/`: the middleware has set the tenant and who acts in it."""

    tenant: Tenant
    actor: Actor


def today(request: TenantRequest) -> date:
    """The tenant's calendar day; the one place where a view reads the clock."""
    return clock.today(request.tenant.time_zone)


View = Callable[Concatenate[TenantRequest, P], HttpResponseBase]


def needs(capability: str) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Refuse (403) a member whose roles do not give the capability, and take the tenant's slug off the arguments."""

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: TenantRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            kwargs.pop("tenant", None)
            if not has(request.actor, capability):
                return render(request, "errors/403.html", status=403)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
