"""Reading invitations: the list for those who send them, and what a link opens for whoever holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from pypinyin import lazy_pinyin

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.invitations import links
from accounts.invitations.models import Invitation, InvitationState
from accounts.notifications.registry import NotWanted, Params
from accounts.people.directory import members
from accounts.people.models import Member, Role, User
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from salesops.lib.errors import NotVisible

ORDER = ("-sent_at", "-id")
_TONES = {
    InvitationState.OPEN: "accent",
    InvitationState.ACCEPTED: "good",
    InvitationState.EXPIRED: "warn",
    InvitationState.REVOKED: "none",
}


def invitations(actor: Actor) -> QuerySet[Invitation]:
    require(actor, "people.manage")
    every: QuerySet[Invitation] = Invitation.objects.select_related("member", "invited_by")
    return every


def invitation_of(actor: Actor, invitation_id: int) -> Invitation:
    """One, or NotVisible."""
    found = invitations(actor).filter(pk=invitation_id).first()
    if found is None:
        raise NotVisible
    return found


def latest_invitation(actor: Actor, member: Member, at: datetime) -> Row | None:
    """The member's last one and what had become of it at the instant; None for who signs in or was never invited."""
    found = None if member.user_id else invitations(actor).filter(member=member).order_by(*ORDER).first()
    return row(found, at) if found else None


def in_state(queryset: QuerySet[Invitation], state: str, at: datetime) -> QuerySet[Invitation]:
    """Those in that state at the instant; what a filter does not know is no filter."""
    waiting = Q(accepted_at__isnull=True, revoked_at__isnull=True)
    conditions = {
        InvitationState.OPEN: waiting & Q(expires_at__gt=at),
        InvitationState.EXPIRED: waiting & Q(expires_at__lte=at),
        InvitationState.ACCEPTED: Q(accepted_at__isnull=False),
        InvitationState.REVOKED: Q(revoked_at__isnull=False),
    }
    return queryset.filter(conditions[InvitationState(state)]) if state in InvitationState.values else queryset


@dataclass(frozen=True, slots=True)
class Row:
    """An invitation as a row; `may_resend` also when its time is over."""

    invitation: Invitation
    state: str | Promise
    tone: str
    may_resend: bool


def row(invitation: Invitation, at: datetime) -> Row:
    state = invitation.state_at(at)
    may_resend = state in {InvitationState.OPEN, InvitationState.EXPIRED}
    return Row(invitation, state.label, _TONES[state], may_resend)


def not_signing_in(actor: Actor, as_of: date) -> QuerySet[Member]:
    """Members who are here, cannot sign in and have no invitation waiting: the imported ones."""
    waiting = Invitation.objects.filter(accepted_at__isnull=True, revoked_at__isnull=True).values("member_id")
    here = Q(left_on__isnull=True) | Q(left_on__gte=as_of)
    return members(actor, as_of).filter(here, user__isnull=True).exclude(pk__in=waiting)


def suggested_email(full_name: str, domain: str) -> str:
    """`Viktor Hale` at meridian.example → viktor.hale@meridian.example; 陈立文 → chen.li.wen@…, to be looked over."""
    words = ("".join(letter for letter in word if letter.isascii() and letter.isalnum()) for word in _words(full_name))
    name = ".".join(word.lower() for word in words if word)
    return f"{name}@{domain}" if name and domain else ""


def _words(full_name: str) -> list[str]:
    return " ".join(lazy_pinyin(full_name)).split()


# --- What a link opens ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Door:
    """What the holder of a good link may know: who invites whom as what, and whether the link still opens."""

    named: links.Named
    tenant: Tenant
    state: InvitationState
    full_name: str
    email: str
    roles: Sequence[str | Promise]
    has_password: bool


def door(token: str, at: datetime) -> Door | None:
    """Read behind the walls of the tenant that the token names; None where it names nothing, or an earlier mail's."""
    named = links.read(token)
    tenant = Tenant.objects.filter(pk=named.tenant_id).first() if named else None
    if named is None or tenant is None:
        return None
    with tenant_scope(tenant.pk), transaction.atomic():
        found = Invitation.objects.select_related("member").filter(pk=named.invitation_id, nonce=named.nonce).first()
        if found is None:
            return None
        roles = [Role(role).label for role in found.member.roles]
        name, email, state = found.member.full_name, found.email, found.state_at(at)
    user = User.objects.filter(email=email).first()
    return Door(named, tenant, state, name, email, roles, user is not None and user.has_usable_password())


def letter(context: Params) -> dict[str, Any]:
    """What the mail of an invitation says; not wanted once it was used, withdrawn or sent again."""
    invitation = (
        Invitation.objects.select_related("member", "invited_by", "tenant")
        .filter(pk=context["invitation"], nonce=context["nonce"], accepted_at__isnull=True, revoked_at__isnull=True)
        .first()
    )
    if invitation is None:
        raise NotWanted
    return {
        "name": invitation.member.full_name,
        "inviter": invitation.invited_by.full_name if invitation.invited_by else "",
        "path": links.path_to(invitation),
        "until": invitation.expires_at,
    }
