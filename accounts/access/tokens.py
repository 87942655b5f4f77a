"""Keys with which programs work as a member."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.access.actor import Actor
from accounts.access.guarding import second_factor
from accounts.access.models import ApiToken, Area
from accounts.access.policy import has, require
from accounts.audit.services import record
from salesops.lib.errors import DomainError, NotVisible, gettext_noop

_MARK = "so_"  # so that a leaked one is recognised in a log or a repository
_SHOWN = 9
LONGEST = timedelta(days=365)  # a token that nobody remembers must not open the door for ever


@transaction.atomic
def create_token(
    *,
    actor: Actor,
    name: str,
    as_of: date,
    expires_on: date,
    may_write: bool = True,
    areas: Collection[Area] = (),
) -> tuple[ApiToken, str]:
    """A token for the actor's own use, and its secret, which is nowhere kept and never shown again.

    It is good through `expires_on`, at most a year away, and opens `areas` only (none: all of them).
    """
    require(actor, "people.view")
    _check_expiry(as_of, expires_on)
    if actor.member is None:
        raise DomainError("no_member", gettext_noop("A token belongs to a member; the operator has none."))
    name = name.strip()
    if not name or len(name) > 80:
        raise DomainError("required", gettext_noop("Say in 1 to 80 characters what the token is for."), "name")
    secret = _MARK + secrets.token_urlsafe(32)
    token: ApiToken = ApiToken.objects.create(
        member=actor.member,
        name=name,
        prefix=secret[:_SHOWN],
        digest=_digest(secret),
        expires_on=expires_on,
        may_write=may_write,
        areas=[area for area in Area.values if area in areas],
    )
    record(
        actor=actor,
        action="api_token.created",
        subject=token,
        name=name,
        expires_on=str(expires_on),
        may_write=may_write,
        areas=token.areas,
    )
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


def _check_expiry(as_of: date, expires_on: date) -> None:
    if not as_of < expires_on <= as_of + LONGEST:
        latest = as_of + LONGEST
        message = gettext_noop("A token expires after today and by %(latest)s.")
        raise DomainError("bad_expiry", message, "expires_on", latest=latest)


def visible_tokens(actor: Actor) -> QuerySet[ApiToken]:
    """The tokens in force that the actor may see: their own, or everybody's for those who manage people."""
    mine = Q() if has(actor, "people.manage") else Q(member=actor.member)
    return ApiToken.objects.filter(mine, revoked_at=None).select_related("member").order_by("-created_at")


def token_with(secret: str, today: date) -> ApiToken | None:
    """The token in force with that secret in the current tenant, with its member and `has_second_factor`, which is the
    member's. Writes the day of use, once a day."""
    token: ApiToken | None = (
        ApiToken.objects.filter(
            digest=_digest(secret), revoked_at=None, expires_on__gte=today, member__user__is_active=True
        )
        .select_related("member__user")
        .annotate(has_second_factor=second_factor("member__user"))
        .first()
    )
    if token is not None and token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token


def _digest(secret: str) -> str:
    """SHA-256 without salt: a secret of 256 random bits is not guessed, and it must be found by its digest."""
    return hashlib.sha256(secret.encode()).hexdigest()
