"""What one chooses for oneself: language, look, where to be told, and who is signed in."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.access.actor import Actor
from accounts.audit.services import record
from accounts.people.models import Theme, User
from salesops.lib.errors import DomainError, gettext_noop


@transaction.atomic
def choose_look(*, actor: Actor, language: str, theme: str) -> User:
    """The actor's language (empty: the company's) and theme (empty: the system's), in every company of theirs."""
    user = _locked_user(actor)
    if language not in {"", *dict(settings.LANGUAGES)}:
        raise DomainError("bad_language", gettext_noop("“%(name)s” is not a language here."), "language", name=language)
    if theme not in {"", *Theme.values}:
        raise DomainError("bad_theme", gettext_noop("“%(name)s” is not a theme."), "theme", name=theme)
    user.language, user.theme = language, theme
    user.save(update_fields=["language", "theme"])
    record(actor=actor, action="preferences.changed", subject=user, language=language, theme=theme)
    return user


@transaction.atomic
def sign_out_everywhere(*, actor: Actor) -> User:
    """Every session of the actor's user ends, whatever company it is in; the one that asks must be renewed."""
    user = _locked_user(actor)
    user.session_epoch = F("session_epoch") + 1
    user.save(update_fields=["session_epoch"])
    user.refresh_from_db(fields=["session_epoch"])
    record(actor=actor, action="sessions.ended", subject=user)
    return user


def _locked_user(actor: Actor) -> User:
    if actor.user_id is None:
        raise DomainError("no_member", gettext_noop("The operator does not sign in and has no preferences."))
    return User.objects.select_for_update().get(pk=actor.user_id)
