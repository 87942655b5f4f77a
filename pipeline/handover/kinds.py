"""What the giver and the taker of a handover are told."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.notifications.registry import NotificationKind
from salesops.lib.errors import gettext_noop

PLANNED = "handover.planned"
DONE = "handover.done"

KINDS = (
    NotificationKind(
        PLANNED,
        _("A handover is planned"),
        gettext_noop("What %(giver)s looks after goes to %(taker)s on %(day_on)s."),
        "arrows-exchange",
        mail_default=True,
    ),
    NotificationKind(
        DONE,
        _("A handover has taken place"),
        gettext_noop("%(taker)s has taken over %(number)s records from %(giver)s."),
        "arrows-exchange",
        mail_default=True,
    ),
)
