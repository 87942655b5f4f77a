"""Keys with which programs work as a member."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.access.actor import Actor
from accounts.access.models import ApiToken
from accounts.access.policy import has, require
from accounts.audit.services import record
from accounts.people.models import Member
from salesops.lib.errors import DomainError, NotVisible, gettext_noop

_MARK = "so_"  # so that a leaked one is recognised in a log or a repository
_SHOWN = 9


@transaction.atomic
def create_token(*, actor: Actor, name: str) -> tuple[ApiToken, str]:
    """A token for the actor's own use, and its secret, which is nowhere kept and never shown again."""
    require(actor, "people.view")
    if actor.member is None:
        raise DomainError("no_member", gettext_noop("A token belongs to a member; the operator has none."))
    name = name.strip()
    if not name or len(name) > 80:
        raise DomainError("required", gettext_noop("Say in 1 to 80 characters what the token is for."), "name")
    secret = _MARK + secrets.token_urlsafe(32)
    token: ApiToken = ApiToken.objects.create(
        member=actor.member, name=name, prefix=secret[:_SHOWN], digest=_digest(secret)
    )
    record(actor=actor, action="api_token.created", subject=token, name=name)
    return token, secret


@transaction.atomic
def revoke_token(*, actor: Actor, token_id: int, at: datetime) -> ApiToken:
    """The token opens nothing from now on. One's own, or anybody's for those who manage people."""
    token: ApiToken | None = visible_tokens(actor).filter(pk=token_id).first()
    if token is None:
        raise NotVisible
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    record(actor=actor, action="api_token.revoked", subject=token, name=token.name)
    return token


def visible_tokens(actor: Actor) -> QuerySet[ApiToken]:
    """The tokens in force that the actor may see: their own, or everybody's for those who manage people."""
    mine = Q() if has(actor, "people.manage") else Q(member=actor.member)
    return ApiToken.objects.filter(mine, revoked_at=None).select_related("member").order_by("-created_at")


def member_with(secret: str, today: date) -> Member | None:
    """The member whose token it is in the current tenant. Writes the day of use, once a day."""
    token = (
        ApiToken.objects.filter(digest=_digest(secret), revoked_at=None, member__user__is_active=True)
        .select_related("member__user")
        .first()
    )
    if token is None:
        return None
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token.member  # type: ignore[no-any-return]


def _digest(secret: str) -> str:
    """SHA-256 without salt: a secret of 256 random bits is not guessed, and it must be found by its digest."""
    return hashlib.sha256(secret.encode()).hexdigest()
