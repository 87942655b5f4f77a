"""Inviting people, and letting them in by the link."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.crypto import get_random_string

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from accounts.invitations.models import Invitation, InvitationState
from accounts.notifications.services import notify, queue_mail_to_address
from accounts.people.models import Access, Member, Role, Team, User
from accounts.people.notices import JOINED
from accounts.people.selectors import language_of
from accounts.people.services import add_member, put_in_team
from salesops.lib.errors import DomainError, DomainErrors, NotVisible, gettext_noop

VALID = timedelta(days=7)
LETTER = "invitation"


@transaction.atomic
def invite(*, actor: Actor, member_id: int, email: str, at: datetime) -> Invitation:
    """Send a member who does not sign in yet the link by which they may; an earlier link of theirs opens nothing more.

    Whether somebody already uses that e-mail elsewhere is not looked at: the answer is the same.
    """
    require(actor, "people.manage")
    member: Member | None = Member.objects.select_for_update().filter(pk=member_id).first()
    if member is None:
        raise NotVisible
    if member.user_id is not None:
        raise DomainError("taken", gettext_noop("%(name)s can sign in already."), "email", name=member.full_name)
    if member.left_on is not None:
        raise DomainError("left", gettext_noop("%(name)s is leaving or has left."), "email", name=member.full_name)
    email = _checked_email(email, member)
    _open_of(member).update(revoked_at=at)
    invitation: Invitation = Invitation.objects.create(
        member=member,
        email=email,
        invited_by=actor.member,
        nonce=_nonce(),
        sent_at=at,
        expires_at=at + VALID,
    )
    record(actor=actor, action="invitation.sent", subject=invitation, member=member.pk, email=email)
    _mail(actor, invitation, at)
    return invitation


@transaction.atomic
def invite_new(
    *,
    actor: Actor,
    full_name: str,
    email: str,
    roles: Collection[Role],
    at: datetime,
    team: Team | None = None,
    starts_on: date | None = None,
    employee_number: str = "",
) -> Invitation:
    """Somebody new: a member from now on, in the team from `starts_on`, who signs in once they have accepted."""
    member = add_member(
        actor=actor, full_name=full_name, roles=roles, hired_on=starts_on, employee_number=employee_number
    )
    if team is not None:
        put_in_team(actor=actor, member=member, team=team, starts_on=starts_on)
    return invite(actor=actor, member_id=member.pk, email=email, at=at)


@transaction.atomic
def invite_many(*, actor: Actor, emails: Mapping[int, str], at: datetime) -> list[Invitation]:
    """Invite several members who do not sign in (member → e-mail): all of them or, with every refusal, none."""
    sent, refused = [], []
    for member_id, email in sorted(emails.items()):
        try:
            with transaction.atomic():
                sent.append(invite(actor=actor, member_id=member_id, email=email, at=at))
        except DomainError as error:
            if error.code == "forbidden":
                raise
            refused.append(DomainError(error.code, error.msgid, f"email-{member_id}", **error.params))
    if refused:
        raise DomainErrors(refused)
    return sent


@transaction.atomic
def resend(*, actor: Actor, invitation_id: int, at: datetime) -> Invitation:
    """A new link, valid for seven days from now; the one sent before opens nothing more."""
    invitation = _unaccepted(actor, invitation_id)
    invitation.nonce, invitation.sent_at, invitation.expires_at = _nonce(), at, at + VALID
    invitation.save(update_fields=["nonce", "sent_at", "expires_at"])
    record(actor=actor, action="invitation.resent", subject=invitation, email=invitation.email)
    _mail(actor, invitation, at)
    return invitation


@transaction.atomic
def revoke(*, actor: Actor, invitation_id: int, at: datetime) -> Invitation:
    """The link opens nothing from now on. The member stays, without a sign-in."""
    invitation = _unaccepted(actor, invitation_id)
    invitation.revoked_at = at
    invitation.save(update_fields=["revoked_at"])
    record(actor=actor, action="invitation.revoked", subject=invitation, email=invitation.email)
    return invitation


@transaction.atomic
def accept(*, invitation_id: int, nonce: str, user: User | None, password: str, at: datetime) -> User:
    """Let in whoever holds the link, inside its tenant: as `user`, who has signed in with that e-mail, or with the
    password chosen for an account that has none yet. Answers the user, now a member's."""
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("member", "tenant")
        .filter(pk=invitation_id, nonce=nonce)
        .first()
    )
    if invitation is None or invitation.state_at(at) != InvitationState.OPEN:
        raise NotVisible
    member = Member.objects.select_for_update(of=("self",)).get(pk=invitation.member_id)
    user = user or _user_with_password(invitation.email, password)
    if user.email != invitation.email:
        raise NotVisible
    if member.user_id is not None or Member.objects.filter(user=user).exists():
        raise DomainError("taken", gettext_noop("This account already belongs to a member; sign in."), None)
    Access.objects.update_or_create(user=user, tenant=invitation.tenant, defaults={"ends_on": member.left_on})
    member.user, invitation.accepted_at = user, at
    member.save(update_fields=["user"])
    invitation.save(update_fields=["accepted_at"])
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    _tell_that_they_joined(Actor(invitation.tenant, member), invitation, at)
    return user


def _tell_that_they_joined(actor: Actor, invitation: Invitation, at: datetime) -> None:
    member = invitation.member
    record(actor=actor, action="invitation.accepted", subject=invitation, email=invitation.email)
    if invitation.invited_by_id is not None:
        notify(
            actor=actor,
            member_ids=[invitation.invited_by_id],
            kind=JOINED.name,
            params={"name": member.full_name},
            url=reverse("member_detail", args=[actor.tenant.slug, member.pk]),
            at=at,
        )


def _user_with_password(email: str, password: str) -> User:
    """A new user, or one who never had a password. Whoever has one signs in with it instead: a link is no way round."""
    user = User.objects.filter(email=email).first()
    if user is not None and user.has_usable_password():
        raise DomainError("sign_in_first", gettext_noop("There is an account with this e-mail; sign in to accept."))
    try:
        validate_password(password, user or User(email=email))
    except ValidationError as error:
        raise DomainError("weak_password", " ".join(error.messages), "password") from None
    user = user or User(email=email)
    user.set_password(password)
    user.save()
    return user


def _checked_email(email: str, member: Member) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        message = gettext_noop("“%(email)s” is not an e-mail address.")
        raise DomainError("bad_email", message, "email", email=email) from None
    if len(email) > 254:
        raise DomainError("too_long", gettext_noop("At most %(most)s characters fit."), "email", most=254)
    invited = Invitation.objects.filter(email=email, accepted_at__isnull=True, revoked_at__isnull=True)
    if Member.objects.filter(user__email=email).exists() or invited.exclude(member=member).exists():
        raise DomainError("taken", gettext_noop("%(email)s already belongs to a member."), "email", email=email)
    return email


def _open_of(member: Member) -> QuerySet[Invitation]:
    opened: QuerySet[Invitation] = Invitation.objects.filter(
        member=member, accepted_at__isnull=True, revoked_at__isnull=True
    )
    return opened


def _unaccepted(actor: Actor, invitation_id: int) -> Invitation:
    """The invitation, locked, unless it was used or withdrawn; an expired one may be sent again."""
    require(actor, "people.manage")
    invitation: Invitation | None = Invitation.objects.select_for_update().filter(pk=invitation_id).first()
    if invitation is None:
        raise NotVisible
    if invitation.accepted_at is not None:
        raise DomainError("accepted", gettext_noop("It has been accepted; the member signs in."))
    if invitation.revoked_at is not None:
        raise DomainError("revoked", gettext_noop("It has been withdrawn; invite the member again."))
    return invitation


def _mail(actor: Actor, invitation: Invitation, at: datetime) -> None:
    """In the language of whoever invites, who knows the company, else the company's. The link itself is made when the
    mail goes: it is not kept."""
    queue_mail_to_address(
        actor=actor,
        address=invitation.email,
        language=language_of(actor.member.user if actor.member else None, actor.tenant),
        template=LETTER,
        context={"invitation": invitation.pk, "nonce": invitation.nonce},
        at=at,
    )


def _nonce() -> str:
    return get_random_string(32)
