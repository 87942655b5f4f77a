"""The link of an invitation. It names its tenant, so that the row is looked up behind that tenant's walls, and is
signed, so that nobody can name another's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.urls import reverse

from accounts.invitations.models import Invitation

_SALT = "accounts.invitation"


@dataclass(frozen=True, slots=True)
class Named:
    """What a good link says."""

    tenant_id: int
    invitation_id: int
    nonce: str


def path_to(invitation: Invitation) -> str:
    """The address that the invited person opens, without the site."""
    token = signing.dumps([invitation.tenant_id, invitation.pk, invitation.nonce], salt=_SALT)
    return reverse("invitation", args=[token])


def read(token: str) -> Named | None:
    """What the token names; None for one that was not made here or was cut short. When it ends is in the row."""
    try:
        parts: Any = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return Named(*parts)
