"""The commission run against one set-based SQL statement that writes the same lines: same table, same keys, as the
application's role under row-level security. What both wrote is compared, line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from statistics import median

from django.db import connection, transaction

from accounts.access.actor import Actor
from accounts.jobs.services import run_inline
from accounts.people.models import Member, Role
from accounts.people.services import sort_key
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from benchmarks.companies import analyze, company
from benchmarks.registry import Result, bench, seconds
from incentives.plans.services import Target, assign, create_plan
from incentives.runs.jobs import RECOMPUTE
from incentives.statements.models import Earning, EarningLine, Statement
from pipeline.deals.stages import ensure_stages
from salesops.lib import clock

_PEOPLE, _CREDITS = 2_000, 100
_OTHERS, _OTHER_PEOPLE = 20, 100  # companies of 10,000 credits each beside it
_QUOTA = 45_000_000  # cents; what a hundred credits add up to on average, so that most people cross both bounds
_TIERS = [{"from": "0", "rate": "0.04"}, {"from": "0.80", "rate": "0.06"}, {"from": "1.00", "rate": "0.10"}]
_PLAN = {
    "schema": 1,
    "currency": "USD",
    "components": [
        {
            "code": "bookings",
            "type": "commission",
            "measure": "bookings",
            "period": "quarter",
            "quota": f"{_QUOTA // 100}.00",
            "rate": {"method": "marginal", "by": "attainment", "tiers": _TIERS},
        }
    ],
}
_DEALS = """
    INSERT INTO pipeline_deal (tenant_id, reference, title, next_step, loss_reason, loss_note, owner_id, stage_id,
                               amount, units, closed_on, stage_since, created_at, version)
    SELECT %(tenant)s, 'D' || n, '', '', '', '', (%(members)s::bigint[])[1 + n %% %(people)s], %(stage)s,
           1000 + (n::bigint * 7919) %% 899000, 1, date '2017-10-01' + (n * 31) %% 92, date '2017-10-01', now(), 1
    FROM generate_series(0, %(count)s - 1) n
"""
_LINES = """
    INSERT INTO pipeline_creditline (tenant_id, basis, kind, date, participant_id, share, amount, currency, units,
                                     deal_id, category, segment, new_customer, recorded_at)
    SELECT tenant_id, 'booked', 'direct', closed_on, owner_id, 1000000, amount, 'USD', 1, id, '', '', false, now()
    FROM pipeline_deal WHERE tenant_id = %(tenant)s ORDER BY id
"""
_SET_BASED = """
    INSERT INTO incentives_earningline (tenant_id, participant_id, month, place, seq, credit_line_id, date, base, exact,
                                        amount, note, slices)
    WITH tier (place, low, high, rate) AS (
        VALUES (0, 0.0, 0.8 * %(quota)s, 0.04), (1, 0.8 * %(quota)s, 1.0 * %(quota)s, 0.06),
               (2, 1.0 * %(quota)s, NULL, 0.10)
    ), credit AS (
        SELECT line.id, line.participant_id, line.date, deal.reference, line.amount * line.share / 1000000.0 AS base,
               sum(line.amount * line.share / 1000000.0) OVER (
                   PARTITION BY line.participant_id ORDER BY line.date, deal.reference, line.id
                   ROWS UNBOUNDED PRECEDING) AS reached
        FROM pipeline_creditline line
        JOIN pipeline_deal deal ON deal.tenant_id = line.tenant_id AND deal.id = line.deal_id
        WHERE line.tenant_id = %(tenant)s AND line.basis = 'booked'
          AND line.date BETWEEN '2017-10-01' AND '2017-12-31' AND line.reverses_id IS NULL
          AND NOT EXISTS (SELECT 1 FROM pipeline_creditline gone
                          WHERE gone.tenant_id = line.tenant_id AND gone.reverses_id = line.id)
    ), cut AS (
        SELECT credit.id, credit.participant_id, credit.date, credit.reference, credit.base,
               sum((least(reached, high) - greatest(reached - base, low)) * rate) AS exact,
               jsonb_agg(
                   jsonb_build_array(place, trim_scale(least(reached, high) - greatest(reached - base, low))::text)
                   ORDER BY place) AS slices
        FROM credit JOIN tier ON reached > low AND (high IS NULL OR reached - base < high)
        GROUP BY credit.id, credit.participant_id, credit.date, credit.reference, credit.base
    ), floored AS (
        SELECT *, date_trunc('month', date)::date AS month, floor(exact) AS whole FROM cut
    ), ranked AS (
        SELECT *, sum(whole) OVER of_month AS wholes, sum(exact) OVER of_month AS earned,
               sum(exact) OVER (PARTITION BY participant_id ORDER BY month) AS to_date,
               row_number() OVER (PARTITION BY participant_id, month ORDER BY date, reference, id) AS place,
               row_number() OVER (PARTITION BY participant_id, month
                                  ORDER BY exact - whole DESC, date, reference, id) AS turn
        FROM floored WINDOW of_month AS (PARTITION BY participant_id, month)
    )
    SELECT %(tenant)s, participant_id, month, 0, place - 1, id, date, base, exact,
           whole + (turn <= round(to_date) - round(to_date - earned) - wholes)::int, '', slices
    FROM ranked ORDER BY participant_id, month, place
"""
_ONE_MORE = """
    INSERT INTO pipeline_creditline (tenant_id, basis, kind, date, participant_id, share, amount, currency, units,
                                     deal_id, category, segment, new_customer, recorded_at)
    SELECT DISTINCT ON (participant_id) tenant_id, basis, kind, date '2017-12-31', participant_id, share, 100, currency,
           units, deal_id, '', '', false, now()
    FROM pipeline_creditline WHERE tenant_id = %s ORDER BY participant_id LIMIT %s
"""
_KEPT = "participant_id, month, place, seq, credit_line_id, date, base, exact, amount, note, slices"
_nights = count()


@bench("recompute")
def recompute_against_sql() -> Iterator[Result]:
    for number in range(_OTHERS):
        _sold(company(f"other-{number}"), _OTHER_PEOPLE)
    tenant = company("recomputed")
    _sold(tenant, _PEOPLE)
    _plan(tenant)
    analyze()
    with tenant_scope(tenant.pk):
        _night(tenant)
        ours = _median_from_empty(lambda: _night(tenant))
        _keep()
        baseline = _median_from_empty(lambda: _set_based(tenant))
        differing = _differing()
        _clear()
        _night(tenant)
        unchanged = seconds(lambda: _night(tenant))
        _sell_more(tenant, _PEOPLE // 100)
        few = seconds(lambda: _night(tenant))
    lines = f"{_PEOPLE * _CREDITS:,} credits of {_PEOPLE:,} people, statements and digests included"
    statement = f"one SQL statement writing the lines ({differing} differ)"
    yield Result(f"recompute of {lines}", ours, baseline, statement, goal=3)
    yield Result("the same, nothing changed", unchanged, ours, "the full run", goal=0.05)
    yield Result("the same, 1 % of people changed", few, ours, "the full run", goal=0.1)


def _sold(tenant: Tenant, people: int) -> None:
    """Reps with a hundred won deals each, spread over the last quarter of 2017."""
    actor = Actor.operator(tenant)
    with tenant_scope(tenant.pk), transaction.atomic(), connection.cursor() as cursor:
        names = [f"Rep {number:05}" for number in range(people)]
        members = Member.objects.bulk_create(
            Member(full_name=name, sort_name=sort_key(name), roles=[Role.REP]) for name in names
        )
        values = {
            "tenant": tenant.pk,
            "members": [member.pk for member in members],
            "people": people,
            "count": people * _CREDITS,
            "stage": ensure_stages(actor).won.pk,
        }
        cursor.execute(_DEALS, values)
        cursor.execute(_LINES, values)


def _plan(tenant: Tenant) -> None:
    actor, first = Actor.operator(tenant), date(2017, 10, 1)
    with tenant_scope(tenant.pk), transaction.atomic():
        version = create_plan(actor=actor, name="Field Sales", effective_from=first, document=_PLAN)
        assign(actor=actor, plan=version.plan, target=Target(role="rep"), starts_on=first)


def _night(tenant: Tenant) -> None:
    run_inline(
        actor=Actor.operator(tenant),
        kind=RECOMPUTE,
        period="2018-01-01",
        input_version=str(next(_nights)),
        as_of=clock.now(),
    )


def _set_based(tenant: Tenant) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SET_BASED, {"tenant": tenant.pk, "quota": _QUOTA})


def _median_from_empty(work: Callable[[], object]) -> float:
    """The median of three runs, each on a company without lines."""
    taken = []
    for _ in range(3):
        _clear()
        taken.append(seconds(work))
    return median(taken)


def _clear() -> None:
    with transaction.atomic():
        for model in (EarningLine, Earning, Statement):
            model.objects.all()._raw_delete("default")


def _keep() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE ours AS SELECT {_KEPT} FROM incentives_earningline")  # noqa: S608


def _differing() -> int:
    """Lines that one of the two wrote otherwise than the other."""
    with transaction.atomic(), connection.cursor() as cursor:
        theirs = f"SELECT {_KEPT} FROM incentives_earningline"  # noqa: S608
        cursor.execute(f"SELECT count(*) FROM (({theirs} EXCEPT TABLE ours) UNION ALL (TABLE ours EXCEPT {theirs})) d")  # noqa: S608
        return int(cursor.fetchone()[0])


def _sell_more(tenant: Tenant, people: int) -> None:
    """One more credit for each of a few people."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ONE_MORE, [tenant.pk, people])
