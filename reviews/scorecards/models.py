"""What people are measured by: KPIs, and the scorecards that weigh them.

The database holds the rules that matter (`reviews.scorecards.rules`): the weights of a version add up to exactly 100,
and a version that a review cycle uses cannot be changed any more.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member, Role, Team
from accounts.tenancy.models import TenantForeignKey, TenantModel


class Unit(models.TextChoices):
    """How a KPI's numbers are written. Money is in major units and a ratio in per cent, as people type them."""

    MONEY = "money", _("Money")
    COUNT = "count", _("Number")
    RATIO = "ratio", _("Per cent")
    SCORE = "score", _("Score")


class Dimension(models.TextChoices):
    RESULTS = "results", _("Results")
    CUSTOMER = "customer", _("Customer")
    ATTITUDE = "attitude", _("Attitude")
    TEAMWORK = "teamwork", _("Teamwork")


class Named(TenantModel):
    """Has a code for plans and programs, and a name per language: `{"en": "Bookings", "zh-hans": "签约额"}`."""

    code = models.SlugField(_("code"), max_length=40, db_index=False)
    names = models.JSONField(_("names"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the reader's language, else in the first that there is."""
        return self.names.get(get_language() or "") or next(iter(self.names.values()), self.code)


class Kpi(Named):
    """Something that can be counted of a person in a period.

    `measure` names a measure of `accounts.measures`, which fills itself; blank: somebody enters it by hand. One that is
    retired stays in the scorecards that use it and is not offered for new ones.
    """

    unit = models.CharField(_("unit"), max_length=5, choices=Unit.choices)
    measure = models.CharField(_("source"), max_length=40, blank=True)
    lower_is_better = models.BooleanField(_("lower is better"), default=False)
    retired = models.BooleanField(_("retired"), default=False)

    class Meta(Named.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="kpi_tenant_code"),
            models.CheckConstraint(condition=Q(unit__in=Unit.values), name="kpi_unit"),
        ]


class Scorecard(Named):
    """A template by its code, which plans name in `multiplier.kpi`. What it weighs is in its versions.

    It is meant for everybody with `role`, for the people of `team` and the teams below it, or (neither) for nobody in
    particular.
    """

    role = models.CharField(_("role"), max_length=10, choices=Role.choices, blank=True)
    team = TenantForeignKey(Team, null=True, blank=True, related_name="+")

    class Meta(Named.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="scorecard_tenant_code"),
            models.CheckConstraint(condition=Q(role="") | Q(team__isnull=True), name="scorecard_one_audience"),
        ]


class ScorecardVersion(TenantModel):
    """What a scorecard weighs. `version` counts writes, for optimistic locking; `number` is what people speak of."""

    scorecard = TenantForeignKey(Scorecard, related_name="versions", looked_up=False)
    number = models.PositiveSmallIntegerField(_("version"))
    created_by = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "scorecard", "number"], name="scorecard_version_number")
        ]


class ScorecardItem(TenantModel):
    """A KPI with its weight and its curve (`reviews.scorecards.curves`).

    What is measured is counted of the person, or of the `team`: everybody whom the person leads on the period's last
    day, from their sums. Numbers are in the KPI's unit. Against a `quota` what is scored is the part of the quota that
    was reached, in per cent, so the target is 100 whoever the person is. `steps` holds [bound, points] pairs of decimal
    strings.
    """

    class Against(models.TextChoices):
        FIXED = "fixed", _("a fixed target")
        QUOTA = "quota", _("the quota")

    class Of(models.TextChoices):
        PERSON = "person", _("the person")
        TEAM = "team", _("the people they lead")

    class Shape(models.TextChoices):
        LINEAR = "linear", _("straight line")
        STEPS = "steps", _("step table")

    card_version = TenantForeignKey(ScorecardVersion, models.CASCADE, related_name="items", looked_up=False)
    position = models.PositiveSmallIntegerField()
    dimension = models.CharField(_("dimension"), max_length=10, choices=Dimension.choices)
    kpi = TenantForeignKey(Kpi, related_name="items")
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=2)
    of = models.CharField(_("counted of"), max_length=6, choices=Of.choices, default=Of.PERSON)
    against = models.CharField(_("measured against"), max_length=5, choices=Against.choices, default=Against.FIXED)
    shape = models.CharField(_("curve"), max_length=6, choices=Shape.choices, default=Shape.LINEAR)
    floor = models.DecimalField(_("floor"), max_digits=20, decimal_places=4, null=True)
    target = models.DecimalField(_("target"), max_digits=20, decimal_places=4, null=True)
    cap = models.DecimalField(_("most points"), max_digits=5, decimal_places=2)
    steps = models.JSONField(_("steps"), default=list)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "card_version", "position"], name="scorecard_item_position"),
            models.UniqueConstraint(fields=["tenant", "card_version", "kpi"], name="scorecard_item_kpi"),
            models.CheckConstraint(condition=Q(weight__gt=0, weight__lte=100), name="scorecard_item_weight"),
            models.CheckConstraint(condition=Q(dimension__in=Dimension.values), name="scorecard_item_dimension"),
            models.CheckConstraint(condition=Q(cap__gte=1, cap__lte=200), name="scorecard_item_cap"),
            models.CheckConstraint(
                condition=Q(shape="steps", floor__isnull=True, target__isnull=True)
                | (Q(shape="linear", floor__isnull=False, target__isnull=False) & ~Q(floor=F("target"))),
                name="scorecard_item_curve",
            ),
        ]
