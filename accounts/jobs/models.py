"""The table that says which background work is to be done, being done and done; messages are only hints about it."""

from __future__ import annotations

from datetime import timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel


class JobState(models.TextChoices):
    """queued → running → done, or failed (will be tried again), or dead (will not, until somebody runs it again)."""

    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed, will be tried again")
    DEAD = "dead", _("stopped")


ENDED = (JobState.DONE, JobState.DEAD)


class JobRun(TenantModel):
    """One piece of work, asked for once per (kind, period, input version).

    `lease_until` is the instant before which nobody else may claim it: while running the end of the worker's lease,
    after a failure the earliest next try. It is compared with the database's clock only. `sequence` orders the steps of
    one night (same period and input version) and is None for other work. `as_of` None: as of when a worker begins.
    """

    kind = models.CharField(_("kind"), max_length=60)
    period = models.CharField(_("period"), max_length=20, blank=True)
    input_version = models.CharField(max_length=80, blank=True)
    queue = models.CharField(max_length=10)
    payload = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    as_of = models.DateTimeField(null=True)
    sequence = models.PositiveSmallIntegerField(null=True)
    requested_by = TenantForeignKey(Member, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    state = models.CharField(_("state"), max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    progress_done = models.PositiveBigIntegerField(default=0)
    progress_total = models.PositiveBigIntegerField(default=0)
    message = models.TextField(blank=True)
    counts = models.JSONField(default=dict)
    warnings = models.JSONField(default=list)
    error = models.TextField(blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "period", "input_version"], name="job_tenant_kind_period_version"
            ),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state"),
            models.CheckConstraint(
                condition=Q(state=JobState.RUNNING, lease_token__isnull=False, lease_until__isnull=False)
                | Q(~Q(state=JobState.RUNNING), lease_token__isnull=True),
                name="job_running_is_leased",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"], name="job_tenant_open", condition=~Q(state__in=ENDED)),
            models.Index(fields=["tenant", "-period"], name="job_tenant_night", condition=Q(sequence__isnull=False)),
        ]

    @staticmethod
    def unfinished() -> Q:
        return ~Q(state__in=ENDED)

    @staticmethod
    def claimable() -> Q:
        """Work that nobody holds: never begun, to be tried again, or with an expired lease."""
        return JobRun.unfinished() & (Q(lease_until__isnull=True) | Q(lease_until__lt=Now()))

    @staticmethod
    def at_rest() -> Q:
        """Work that no worker holds, whatever became of it, so that a command may do it over."""
        return ~Q(state=JobState.RUNNING) | Q(lease_until__lt=Now())

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def duration(self) -> timedelta | None:
        """How long the last attempt took; None while it has not ended."""
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at


def earlier_steps(job: JobRun) -> Q:
    """The steps of the same night that come before this one and have not ended.

    A dead step lets the later ones go on: a ledger that was not checked, or differs, is to block payouts
    (`selectors.latest_ended` tells), not the drafts, which people need in order to see what is wrong.
    """
    return Q(period=job.period, input_version=job.input_version, sequence__lt=job.sequence) & ~Q(state__in=ENDED)


CLEARED: dict[str, object] = {
    "state": JobState.QUEUED,
    "attempt": 0,
    "lease_token": None,
    "lease_until": None,
    "started_at": None,
    "finished_at": None,
    "progress_done": 0,
    "progress_total": 0,
    "message": "",
    "counts": {},
    "warnings": [],
    "error": "",
}
"""What a job looks like before its first attempt; running it again begins with this."""

NEXT_ATTEMPT = F("attempt") + 1
