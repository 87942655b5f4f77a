"""How allauth's sign-in meets our users and our limits."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts.access.throttle import SIGN_IN_BY_ADDRESS, SIGN_IN_BY_USER
from salesops.lib import clock


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are made by sign-up for a new company or by an admin, never by allauth's own sign-up page.

    Wrong passwords are counted by user and by internet address in the database; allauth would count them in the cache.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        now = clock.now()
        if SIGN_IN_BY_USER.reached(_user_key(credentials), now) or SIGN_IN_BY_ADDRESS.reached(
            self.get_client_ip(request), now
        ):
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        now = clock.now()
        SIGN_IN_BY_USER.count(_user_key(credentials), now)
        SIGN_IN_BY_ADDRESS.count(self.get_client_ip(request), now)

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth calls this when a password was reset by mail: whoever reads the mail may try again at once."""
        SIGN_IN_BY_USER.forget(_user_key(credentials))


def _user_key(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email", "")).strip().lower()
