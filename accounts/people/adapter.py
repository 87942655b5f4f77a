"""How allauth's sign-in meets our users."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are made by sign-up for a new company or by an admin, never by allauth's own sign-up page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
