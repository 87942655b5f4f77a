"""A target plan: one metric of one quarter, divided over a tree of nodes, month by month.

The database holds the rule itself (migration 0001): per parent and month, children + unassigned = parent; an approved
plan's nodes and cells cannot be changed; approval needs nothing left to place.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member, Region, Team, User
from accounts.tenancy.models import TenantForeignKey, TenantModel
from salesops.lib.periods import months_between


class TargetPlan(TenantModel):
    """One version of a metric's targets for one quarter. At most one version is open, and one approved.

    `step` is in minor units: splits round every amount to it. A member None in `set_by` … is the operator at the
    command line; the users beside them are what the four-eyes rule compares, because a membership can change hands.
    `version` counts writes, for optimistic locking; `number` is the version people speak of.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("In review")
        APPROVED = "approved", _("Approved")
        SUPERSEDED = "superseded", _("Superseded")

    metric = models.CharField(_("metric"), max_length=20)
    period = models.CharField(_("period"), max_length=7)
    starts_on = models.DateField()
    ends_on = models.DateField()
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    currency = models.CharField(max_length=3)
    step = models.BigIntegerField(_("step"))
    set_by = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    submitted_by = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    approved_by = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    setter = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    submitter = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    approver = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "metric", "period", "number"], name="target_plan_number"),
            models.UniqueConstraint(
                fields=["tenant", "metric", "period"], condition=Q(state="approved"), name="target_plan_one_approved"
            ),
            models.UniqueConstraint(
                fields=["tenant", "metric", "period"],
                condition=Q(state__in=["draft", "submitted"]),
                name="target_plan_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted", "approved", "superseded"]), name="target_plan_state"
            ),
            models.CheckConstraint(condition=Q(step__gt=0), name="target_plan_step"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="target_plan_days"),
            models.CheckConstraint(
                condition=(Q(approver__isnull=True) | Q(setter__isnull=True) | ~Q(approver=F("setter"))),
                name="target_plan_approver_not_setter",
            ),
            models.CheckConstraint(
                condition=(Q(approver__isnull=True) | Q(submitter__isnull=True) | ~Q(approver=F("submitter"))),
                name="target_plan_approver_not_submitter",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "-starts_on", "-number"], name="target_plan_newest")]

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_approved(self) -> bool:
        return self.state == self.State.APPROVED

    @property
    def months(self) -> list[date]:
        """The first day of each month, in order."""
        return [month.start for month in months_between(self.starts_on, self.ends_on)]


class TargetNode(TenantModel):
    """A company, region, team or member in a plan's tree, as the organisation was on the period's first day.

    A member's `team` is the one they were in; they may have none. `name` is kept as it was then. `position` orders
    siblings by name, `reps` counts the members below. `owner` answers for the node: the member, or the team's manager.
    `split_method` says how its children got their amounts; a `locked` node keeps its own.
    """

    class Kind(models.TextChoices):
        COMPANY = "company", _("Company")
        REGION = "region", _("Region")
        TEAM = "team", _("Team")
        MEMBER = "member", _("Rep")

    plan = TenantForeignKey(TargetPlan, models.CASCADE, related_name="nodes")
    parent = TenantForeignKey("self", models.CASCADE, null=True, related_name="children")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    region = TenantForeignKey(Region, null=True, related_name="+", looked_up=False)
    team = TenantForeignKey(Team, null=True, related_name="+", looked_up=False)
    member = TenantForeignKey(Member, null=True, related_name="+")
    owner = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    name = models.CharField(max_length=120)
    depth = models.PositiveSmallIntegerField()
    position = models.PositiveIntegerField()
    leaf = models.BooleanField()
    reps = models.PositiveIntegerField(default=0)
    locked = models.BooleanField(default=False)
    split_method = models.CharField(max_length=20, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "plan"], condition=Q(parent__isnull=True), name="target_node_one_root"
            ),
            models.UniqueConstraint(fields=["tenant", "plan", "region"], name="target_node_region"),
            models.UniqueConstraint(
                fields=["tenant", "plan", "team"], condition=Q(kind="team"), name="target_node_team"
            ),
            models.UniqueConstraint(fields=["tenant", "plan", "member"], name="target_node_member"),
            models.CheckConstraint(
                condition=(
                    Q(kind="company", parent__isnull=True, region__isnull=True, team__isnull=True, member__isnull=True)
                    | Q(
                        kind="region",
                        parent__isnull=False,
                        region__isnull=False,
                        team__isnull=True,
                        member__isnull=True,
                    )
                    | Q(kind="team", parent__isnull=False, region__isnull=True, team__isnull=False, member__isnull=True)
                    | Q(kind="member", parent__isnull=False, region__isnull=True, member__isnull=False)
                ),
                name="target_node_kind",
            ),
        ]


class TargetCell(TenantModel):
    """A node's target for one month (its first day), in minor units. Quarters are sums of cells, never stored.

    `unassigned` is what the node's children do not have of it, negative where they have more; 0 on a leaf.
    """

    node = TenantForeignKey(TargetNode, models.CASCADE, related_name="cells", looked_up=False)
    month = models.DateField()
    amount = models.BigIntegerField(default=0)
    unassigned = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "node", "month"], name="target_cell_node_month"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="target_cell_amount"),
            models.CheckConstraint(condition=Q(month__day=1), name="target_cell_first_day"),
        ]
