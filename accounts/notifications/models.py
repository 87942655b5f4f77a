"""What people are told: rows for the bell in the app, rows for the mail that is still to go, and who wants which."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel


class Notification(TenantModel):
    """Something that one member is told. Kept as kind and params; `registry` words it in the reader's language."""

    member = TenantForeignKey(Member, related_name="notifications", looked_up=False)
    kind = models.CharField(max_length=60)
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(null=True)
    key = models.CharField(max_length=120, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "member", "kind", "key"], name="notification_once", condition=~Q(key="")
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "member", "-at", "-id"], name="notification_tenant_member_at"),
            models.Index(
                fields=["tenant", "member"], name="notification_tenant_unread", condition=Q(read_at__isnull=True)
            ),
        ]


class NotificationChoice(TenantModel):
    """Where a member wants to be told of a kind, once they have said so; until then the kind's own default holds."""

    member = TenantForeignKey(Member, related_name="+", looked_up=False)
    kind = models.CharField(max_length=60)
    in_app = models.BooleanField()
    by_mail = models.BooleanField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "member", "kind"], name="notification_choice_tenant_member_kind")
        ]


class MailState(models.TextChoices):
    QUEUED = "queued", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("not delivered")


class OutboxMail(TenantModel):
    """A mail to send, written in the transaction of what it tells. To a member, or (an invitation) to an address.

    `held_until` is the instant before which no worker may take it: the end of a sender's lease, or after a refusal the
    next try. It is compared with the database's clock only. `language` is empty for a member, whose own is taken when
    the mail goes.
    """

    member = TenantForeignKey(Member, null=True, related_name="+")
    address = models.EmailField(max_length=254, blank=True)
    language = models.CharField(max_length=10, blank=True)
    template = models.CharField(max_length=60)
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    key = models.CharField(max_length=160, blank=True)
    created_at = models.DateTimeField(_("written"))

    state = models.CharField(_("state"), max_length=10, choices=MailState.choices, default=MailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    held_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="outbox_once", condition=~Q(key="")),
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="outbox_state"),
            models.CheckConstraint(condition=Q(member__isnull=True) ^ Q(address=""), name="outbox_member_or_address"),
            models.CheckConstraint(
                condition=Q(state=MailState.SENT, sent_at__isnull=False)
                | (~Q(state=MailState.SENT) & Q(sent_at__isnull=True)),
                name="outbox_sent_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"], name="outbox_tenant_queued", condition=Q(state=MailState.QUEUED)),
            models.Index(fields=["tenant", "-created_at", "-id"], name="outbox_tenant_written"),
        ]

    @staticmethod
    def due() -> Q:
        """Mails that wait and that no worker holds."""
        return Q(state=MailState.QUEUED) & (Q(held_until__isnull=True) | Q(held_until__lt=Now()))
