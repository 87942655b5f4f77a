"""Pay plans, their versions, and whom they are for."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Dated, Days, Member, Role, Team, no_overlap
from accounts.tenancy.models import TenantForeignKey, TenantModel


class Plan(TenantModel):
    """A pay plan by its name; what it says is in its versions."""

    name = models.CharField(_("name"), max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="plan_tenant_name")]

    def __str__(self) -> str:
        return self.name


class PlanVersion(TenantModel):
    """What a plan says from `effective_from` on, until a later version does. Never changed: corrected by a new one.

    `document` is as `incentives.engine.parse_plan` reads it; `digest` is the SHA-256 of its canonical JSON. Of two
    versions from the same day the higher number holds.

    The version that holds on a credit's date rates it. Nothing accumulates across versions: one that begins in the
    middle of a quarter counts that quarter from zero, from its first day on, against the whole quarter's quota, while
    the one before keeps what it earned until then. A measurement period that is to be counted in one piece needs its
    change at the period's beginning. (As a change from plan to plan; `incentives.plans.holding.Stretch`.)
    """

    plan = TenantForeignKey(Plan, related_name="versions", looked_up=False)
    number = models.PositiveSmallIntegerField(_("version"))
    effective_from = models.DateField(_("effective from"))
    document = models.JSONField(_("document"), encoder=DjangoJSONEncoder)
    digest = models.CharField(max_length=64)
    created_by = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "plan", "number"], name="plan_version_number")]

    def __str__(self) -> str:
        return _("%(plan)s, version %(number)s") % {"plan": self.plan, "number": self.number}


class PlanAssignment(Dated):
    """Who is on a plan, and when: everybody with a role, everybody in a team, or one member.

    `starts_on` is always set. A member's own assignment comes before the team's, the nearest team's before that of a
    team above it, and a team's before a role's.
    """

    plan = TenantForeignKey(Plan, related_name="assignments")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, blank=True)
    team = TenantForeignKey(Team, null=True, blank=True, related_name="+")
    member = TenantForeignKey(Member, null=True, blank=True, related_name="+")

    class Meta(Dated.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values, team=None, member=None)
                | Q(role="", team__isnull=False, member=None)
                | Q(role="", team=None, member__isnull=False),
                name="plan_assignment_one_target",
            ),
            models.CheckConstraint(condition=Q(starts_on__isnull=False), name="plan_assignment_starts"),
            ExclusionConstraint(
                name="plan_assignment_role_overlap",
                expressions=[
                    ("tenant", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (Days(), RangeOperators.OVERLAPS),
                ],
                condition=~Q(role=""),
            ),
            no_overlap("plan_assignment_team_overlap", "team"),
            no_overlap("plan_assignment_member_overlap", "member"),
        ]
