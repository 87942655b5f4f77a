"""The board's sums, without adding deals up: they are kept as movements (`StageTotal`) by the database itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from accounts.jobs.registry import Outcome
from accounts.jobs.work import Work
from accounts.tenancy.context import required_tenant_id
from pipeline.deals.models import Stage, StageTotal
from salesops.lib.errors import gettext_noop

_FOLD = """
    WITH gone AS (DELETE FROM pipeline_stagetotal WHERE tenant_id = %(tenant)s RETURNING *)
    INSERT INTO pipeline_stagetotal (tenant_id, stage_id, owner_id, month, deals, amount)
    SELECT tenant_id, stage_id, owner_id, month, sum(deals), sum(amount) FROM gone
    GROUP BY tenant_id, stage_id, owner_id, month HAVING sum(deals) <> 0 OR sum(amount) <> 0
"""
# One statement, hence one snapshot: deals that are being moved while it runs are on both sides or on neither.
_DIFFERENCES = """
    SELECT count(*) FROM (
        SELECT FROM (
            SELECT stage_id, owner_id, month, deals, amount FROM pipeline_stagetotal WHERE tenant_id = %(tenant)s
            UNION ALL
            SELECT stage_id, owner_id, date_trunc('month', coalesce(closed_on, expected_on)::timestamp)::date,
                   -1, -coalesce(amount, 0)
            FROM pipeline_deal WHERE tenant_id = %(tenant)s
        ) AS both_sides
        GROUP BY stage_id, owner_id, month HAVING sum(deals) <> 0 OR sum(amount) <> 0
    ) AS wrong
"""


@dataclass(frozen=True, slots=True)
class Total:
    """So many deals, of so many minor units together."""

    deals: int = 0
    amount: int = 0


def stage_totals(*, owners: Collection[int] | None, closing_by: date | None, closed_in: date) -> Mapping[int, Total]:
    """Each stage's deals: the open ones that are expected to close by the end of a month (None: all of them), and the
    won and lost ones of the month that begins on `closed_in`. `owners` None: everybody's. One query."""
    is_open = Q(stage__kind=Stage.Kind.OPEN)
    if closing_by is not None:
        is_open &= Q(month__lte=closing_by)
    wanted = is_open | (~Q(stage__kind=Stage.Kind.OPEN) & Q(month=closed_in))
    found = StageTotal.objects.filter(wanted)
    if owners is not None:
        found = found.filter(owner_id__in=owners)
    sums = found.order_by().values_list("stage_id").annotate(Sum("deals"), Sum("amount"))
    return {stage_id: Total(deals, int(amount)) for stage_id, deals, amount in sums}


@transaction.atomic
def fold() -> int:
    """Bring the tenant's movements down to one row for each stage, owner and month. Returns how many rows are left.

    Movements that others write meanwhile stay; two who fold at once wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, {"tenant": required_tenant_id()})
        return int(cursor.rowcount)


def differing() -> int:
    """In how many places (stage, owner, month) the kept sums are not the deals'; 0 unless something is broken."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, {"tenant": required_tenant_id()})
        return int(cursor.fetchone()[0])


def check(work: Work) -> Outcome:
    """The night's step: fold the movements, and warn if they are not what the deals say."""
    with transaction.atomic():
        wrong = differing()
    with work.writing():
        left = fold()
    warnings = [_("The board's sums differ from the deals in %(count)s places.") % {"count": wrong}] if wrong else []
    return Outcome({gettext_noop("sums"): left, gettext_noop("differences"): wrong}, warnings)
