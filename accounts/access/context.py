"""What base.html shows on every page."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest

from accounts.access.navigation import navigation_for, phone_tabs
from accounts.people.models import Theme
from accounts.people.selectors import companies_of
from salesops.lib import clock


def shell(request: HttpRequest) -> dict[str, Any]:
    """Tenant, actor, navigation and the tenants to switch to; nothing outside a tenant. The switch list is lazy."""
    actor = getattr(request, "actor", None)
    user = getattr(request, "user", None)
    theme = getattr(user, "theme", "") or request.COOKIES.get("theme", "")
    shown: dict[str, Any] = {"theme": theme if theme in Theme.values else ""}
    if actor is None:
        return shown
    navigation = navigation_for(actor, request.path)
    return shown | {
        "tenant": actor.tenant,
        "actor": actor.member,
        "currency": actor.tenant.currency,
        "navigation": navigation,
        "tabs": phone_tabs(navigation),
        "counted": any(entry.key for section in navigation for entry in section.entries),
        "memberships": cache(lambda: companies_of(request.user.pk, clock.now())),
    }
