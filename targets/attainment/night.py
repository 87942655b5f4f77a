"""The night's step: keep what every target in force had reached the day before, differences only."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.jobs.registry import JobKind, Outcome
from accounts.jobs.work import Work
from pipeline.facts import position
from salesops.lib.errors import gettext_noop
from salesops.lib.money import round_half_up
from targets.attainment.models import TargetSnapshot
from targets.cascade.history import Credits
from targets.cascade.metrics import get_metric
from targets.cascade.models import TargetNode, TargetPlan


def run(work: Work) -> Outcome:
    """Snapshot every approved plan whose quarter had begun by the day before the night and ended no more than a quarter
    ago, so that late credits are seen."""
    day = date.fromisoformat(work.period) - timedelta(days=1)
    with transaction.atomic():
        plans = list(_plans(day))
    written = 0
    for index, plan in enumerate(plans):
        work.progress(index, len(plans))
        with work.writing():
            written += snapshot(plan, min(day, plan.ends_on))
    return Outcome({gettext_noop("targets in force"): len(plans), gettext_noop("snapshots written"): written})


def _plans(day: date) -> models.QuerySet[TargetPlan]:
    recent = day - timedelta(days=92)
    return TargetPlan.objects.filter(state=TargetPlan.State.APPROVED, starts_on__lte=day, ends_on__gte=recent).order_by(
        "id"
    )


def snapshot(plan: TargetPlan, day: date) -> int:
    """Keep each node's actual at the end of that day where it differs from what was kept last. Returns how many."""
    seen = position()
    credits = Credits(get_metric(plan.metric), plan.starts_on, day, up_to=seen)
    kept = _kept(plan, day)
    rows = [
        TargetSnapshot(node=node, date=day, actual=actual, position=seen)
        for node in TargetNode.objects.filter(plan=plan)
        if kept.get(node.pk) != (actual := round_half_up(credits.total(node)))
    ]
    TargetSnapshot.objects.bulk_create(
        rows,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["tenant", "node", "date"],
        update_fields=["actual", "position", "recorded_at"],
    )
    return len(rows)


def _kept(plan: TargetPlan, day: date) -> dict[int, int]:
    """The last value kept for each node up to that day."""
    last = TargetSnapshot.objects.filter(node__plan=plan, date__lte=day).order_by("node_id", "-date")
    return dict(last.distinct("node_id").values_list("node_id", "actual"))


SNAPSHOT = JobKind("targets.snapshot", _("Snapshots of attainment"), "nightly", "jobs.view", run)
