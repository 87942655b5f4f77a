"""What people are told about themselves and their colleagues."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.notifications.registry import NotificationKind
from salesops.lib.errors import gettext_noop

MOVED = NotificationKind(
    "people.moved",
    _("Your team"),
    gettext_noop("You belong to the team %(team)s from %(day_on)s."),
    "users-group",
    mail_default=True,
)
IN_CHARGE = NotificationKind(
    "people.in_charge",
    _("A team of yours"),
    gettext_noop("You are in charge of the team %(team)s from %(day_on)s."),
    "hierarchy",
    mail_default=True,
)
JOINED = NotificationKind(
    "people.joined",
    _("An invitation accepted"),
    gettext_noop("%(name)s has accepted your invitation and can sign in."),
    "user-check",
)
KINDS = (MOVED, IN_CHARGE, JOINED)
