"""One import: its files, how far it has come, and what it would not take."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.jobs.models import JobRun
from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel


class ImportRun(TenantModel):
    """A set of files on its way into the company's data.

    `counts` are tallies by noun: of the check until the writing has begun, then of what was written. `cursor` is the
    number of chunks that are written for good; after a crash the work goes on behind them. `notes` and `problem` are
    messages with their parameters, so that each reader sees them in their own language.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Being checked")
        CHECKED = "checked", _("Checked")
        IMPORTING = "importing", _("Being imported")
        DONE = "done", _("Imported")
        FAILED = "failed", _("Failed")
        DISCARDED = "discarded", _("Discarded")

    profile = models.CharField(_("profile"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.UPLOADED)
    skip_refused = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    problem = models.JSONField(default=list)
    refused_total = models.PositiveIntegerField(default=0)
    cursor = models.PositiveIntegerField(default=0)
    requested_by = TenantForeignKey(Member, null=True, related_name="+")
    job = TenantForeignKey(JobRun, null=True, related_name="+")
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["uploaded", "checked", "importing", "done", "failed", "discarded"]),
                name="import_state",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "-id"], name="import_newest")]


class ImportFile(TenantModel):
    """A file as it came. Kept in the database: never in a folder that a web server could serve, saved and lost with
    the rest, and bounded by `imports.files.MAX_BYTES`. The bytes go when the import is done or discarded."""

    run = TenantForeignKey(ImportRun, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(_("name"), max_length=120)
    size = models.PositiveIntegerField(_("size"))
    content = models.BinaryField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "run", "name"], name="import_file_name")]


class ImportRefusal(TenantModel):
    """A fault of one row. At most `imports.refusals.KEPT` are kept; the run's `refused_total` counts all rows."""

    run = TenantForeignKey(ImportRun, on_delete=models.CASCADE, related_name="refusals")
    file = models.CharField(_("file"), max_length=120)
    row = models.PositiveIntegerField(_("row"))
    field = models.CharField(_("field"), max_length=80, blank=True)
    code = models.CharField(max_length=40)
    message = models.TextField(_("message"))
    params = models.JSONField(default=dict)
