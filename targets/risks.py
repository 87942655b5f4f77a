"""The detector of targets behind pace: who will miss the quarter if it goes on like this."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from pipeline.risks.registry import Detector, Fact, Finding, Parameter, Parameters, Severity, Told, Wording
from salesops.lib.money import round_half_up
from salesops.lib.templatetags.numbers import amount, percent
from targets.attainment.pace import Attainment, Clockwork
from targets.cascade.history import Credits
from targets.cascade.metrics import get_metric
from targets.cascade.models import TargetNode, TargetPlan
from targets.cascade.selectors import NodeWithCells, with_cells

_WATCHED = (TargetNode.Kind.TEAM, TargetNode.Kind.MEMBER)


def find_behind(as_of: date, parameters: Parameters) -> Iterator[Finding]:
    """Reps and teams whose share of the target is too far below the share of working days gone. The lines of the day
    itself count with the day. A handful of queries per plan in force."""
    plans = TargetPlan.objects.filter(state=TargetPlan.State.APPROVED, starts_on__lte=as_of, ends_on__gte=as_of)
    for plan in plans.order_by("id"):
        clockwork = Clockwork.of(plan.starts_on, plan.ends_on, as_of)
        if clockwork.gone < parameters["from_day"]:
            continue
        credits = Credits(get_metric(plan.metric), plan.starts_on, as_of)
        for node in with_cells(TargetNode.objects.filter(plan=plan, kind__in=_WATCHED)):
            reached = Attainment(sum(node.amounts), round_half_up(credits.total(node)), clockwork)
            if _is_behind(reached, parameters["behind"]):
                yield _finding(plan, node, reached, grave=_is_behind(reached, parameters["grave"]))


def _is_behind(reached: Attainment, least: int) -> bool:
    """Whether less than that many percent of the pace has been reached. Without a target nobody is behind."""
    return reached.ratio is not None and reached.ratio < reached.clockwork.share * Fraction(least, 100)


def _finding(plan: TargetPlan, node: NodeWithCells, reached: Attainment, *, grave: bool) -> Finding:
    """Figures as of the night, in minor units; they change when something is booked or a working day has gone."""
    subject = node.member_id if node.kind == TargetNode.Kind.MEMBER else node.team_id
    evidence = {
        "name": node.name,
        "metric": plan.metric,
        "period": plan.period,
        "target": reached.target,
        "actual": reached.actual,
        "gone": reached.clockwork.gone,
        "whole": reached.clockwork.whole,
        "ends": plan.ends_on.isoformat(),
    }
    return Finding(f"{node.kind}:{plan.metric}"[:20], subject or 0, node.owner_id, evidence, grave=grave)


def _reached(told: Told) -> Attainment:
    evidence = told.evidence
    return Attainment(evidence["target"], evidence["actual"], Clockwork(evidence["gone"], evidence["whole"]))


def _detail(told: Told) -> str:
    reached = _reached(told)
    return gettext("%(ratio)s of the target at a pace of %(pace)s; %(gap)s to go") % {
        "ratio": percent(reached.ratio),
        "pace": percent(reached.pace),
        "gap": amount(reached.gap, told.currency),
    }


def _facts(told: Told, tenant_slug: str) -> Sequence[Fact]:
    reached = _reached(told)
    page = f"{reverse('attainment', kwargs={'tenant': tenant_slug})}?period={told.evidence['period']}"
    needed = reached.needed_a_day
    return (
        Fact(get_metric(told.evidence["metric"]).label, amount(reached.actual, told.currency), page),
        Fact(_("Target"), amount(reached.target, told.currency)),
        Fact(_("Pace"), percent(reached.pace)),
        Fact(_("Needed a working day"), amount(needed, told.currency)),
        Fact(_("Working days left"), str(reached.clockwork.left)),
        Fact(_("The quarter ends on"), date_format(date.fromisoformat(told.evidence["ends"]), "DATE_FORMAT")),
    )


BEHIND = Detector(
    kind="target.behind",
    label=_("Target behind pace"),
    explanation=_("A rep or a team has reached far less of the quarter’s target than the working days gone ask for."),
    severity=Severity.MEDIUM,
    find=find_behind,
    wording=Wording(
        title=lambda told: gettext("%(name)s is behind pace") % {"name": told.evidence["name"]},
        detail=_detail,
        several=lambda count: (
            ngettext("%(count)s target is behind pace", "%(count)s targets are behind pace", count) % {"count": count}
        ),
        facts=_facts,
    ),
    parameters=(
        Parameter("behind", _("Below this share of the pace"), 80, 10, 100, "percent"),
        Parameter("grave", _("High severity below this percentage of the pace"), 60, 5, 100, "percent"),
        Parameter("from_day", _("From this working day of the quarter on"), 10, 1, 60),
    ),
    order=40,
)
