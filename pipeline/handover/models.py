"""Giving a rep's customers and open deals to another, on a day."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel


class Handover(TenantModel):
    """What `giver` has goes to `taker` on `takes_effect_on`: everything, or the chosen customers and open deals.

    `waiting` for the approval of somebody who answers for the taker; `planned` until its day; then `done`, and
    `customer_ids` and `deal_ids` are what moved, `moved` counts it by step. Nothing of it is ever deleted.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for approval")
        PLANNED = "planned", _("Planned")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    giver = TenantForeignKey(Member, related_name="+", looked_up=False)
    taker = TenantForeignKey(Member, related_name="+", looked_up=False)
    takes_effect_on = models.DateField(_("takes effect on"))
    everything = models.BooleanField(_("everything"), default=True)
    customer_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    deal_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.PLANNED)
    requested_by = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    requested_at = models.DateTimeField()
    decided_by = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    done_at = models.DateTimeField(null=True)
    moved = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "planned", "done", "cancelled"]), name="handover_state"
            ),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="handover_to_another"),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | ~Q(state="done") & Q(done_at__isnull=True),
                name="handover_done",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")) | Q(state="cancelled"),
                name="handover_four_eyes",
            ),
            # Two at once from the same person would promise the same customer to two others.
            models.UniqueConstraint(
                fields=["tenant", "giver"],
                condition=Q(state__in=["waiting", "planned"], everything=True),
                name="handover_everything_once",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-takes_effect_on", "-id"], name="handover_newest"),
            models.Index(fields=["tenant", "giver", "-takes_effect_on", "-id"], name="handover_giver_newest"),
            models.Index(fields=["tenant", "taker", "-takes_effect_on", "-id"], name="handover_taker_newest"),
        ]
