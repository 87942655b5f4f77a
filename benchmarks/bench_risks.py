"""The night's detectors over 200,000 open deals of 2,000 reps and 20,000 customers, against set-based SQL that finds
the same risks and writes the same rows: same tables, same keys, as the application's role under row-level security, in
a company of its own with the same deals. What both wrote is counted and compared.

Then the same night once more, with nothing to write, against SQL that finds and compares; and 30 reps, where everything
folds into a risk per rep and kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import connection, transaction

from accounts.access.actor import Actor
from accounts.jobs.services import run_inline
from accounts.people.models import Member, Role
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from benchmarks.companies import analyze, company
from benchmarks.registry import Result, bench, median, seconds
from pipeline.deals.stages import ensure_stages
from pipeline.risks.models import Risk, RiskEvent
from salesops.nightly import beginning_of

_DEALS, _CUSTOMERS = 200_000, 20_000
_TODAY = date(2026, 11, 20)
_KINDS = ("deal.stalled", "deal.overdue", "customer.silent")
_FILL = (
    """
    INSERT INTO pipeline_customer (tenant_id, name, sort_name, legal_name, registration_number, status, source, website,
                                   address, next_step, last_activity_on, industry, segment, country, owner_id,
                                   created_at, version)
    SELECT %(tenant)s, 'C' || n, 'c' || n, '', '', 'customer', '', '', '', '', %(today)s - n %% 60, '', '', '',
           (%(members)s::bigint[])[1 + n %% %(people)s], %(today)s - interval '2 years', 1
    FROM generate_series(1, %(customers)s) n
    """,
    """
    INSERT INTO pipeline_deal (tenant_id, reference, title, customer_id, owner_id, stage_id, amount, units, expected_on,
                               stage_since, next_step, loss_reason, loss_note, created_at, version)
    SELECT %(tenant)s, 'D' || n, '', first_customer + n %% %(customers)s, (%(members)s::bigint[])[1 + n %% %(people)s],
           (%(stages)s::bigint[])[1 + n %% 2], 10000 + n, 1, %(today)s - 5 + n %% 47, %(today)s - n %% 37, '', '', '',
           now(), 1
    FROM generate_series(1, %(deals)s) n,
         (SELECT min(id) AS first_customer FROM pipeline_customer WHERE tenant_id = %(tenant)s) customers
    """,
)
_FOUND = """
    CREATE TEMPORARY TABLE found ON COMMIT DROP AS
    SELECT 'deal.stalled' AS kind, 'deal' AS subject_type, deal.id AS subject_id, deal.owner_id, deal.customer_id,
           deal.id AS deal_id, CASE WHEN %(today)s - deal.stage_since > 60 THEN 1 ELSE 2 END AS severity,
           jsonb_build_object('stage', stage.name, 'since', deal.stage_since, 'allowed', stage.allowed_days) AS evidence
    FROM pipeline_deal deal
    JOIN pipeline_stage stage ON stage.tenant_id = deal.tenant_id AND stage.id = deal.stage_id AND stage.kind = 'open'
    WHERE deal.tenant_id = %(tenant)s AND deal.stage_since < %(today)s - stage.allowed_days
    UNION ALL
    SELECT 'deal.overdue', 'deal', id, owner_id, customer_id, id,
           CASE WHEN %(today)s - expected_on > 30 THEN 1 ELSE 2 END, jsonb_build_object('expected', expected_on)
    FROM pipeline_deal WHERE tenant_id = %(tenant)s AND closed_on IS NULL AND expected_on < %(today)s
    UNION ALL
    SELECT 'customer.silent', 'customer', customer.id, customer.owner_id, customer.id, NULL,
           CASE WHEN %(today)s - customer.last_activity_on > 90 THEN 1 ELSE 2 END,
           jsonb_build_object('since', customer.last_activity_on, 'never', false, 'open', open.deals)
    FROM pipeline_customer customer
    JOIN (SELECT customer_id, count(*) AS deals FROM pipeline_deal
          WHERE tenant_id = %(tenant)s AND closed_on IS NULL GROUP BY customer_id) open
      ON open.customer_id = customer.id
    WHERE customer.tenant_id = %(tenant)s AND customer.last_activity_on < %(today)s - 45
"""
_WRITE = """
    WITH made AS (
        INSERT INTO pipeline_risk (tenant_id, kind, subject_type, subject_id, owner_id, customer_id, deal_id, severity,
                                   state, title, note, evidence, cases, folded, opened_on, due_on, mute_reason, ending,
                                   close_note, version)
        SELECT %(tenant)s, kind, subject_type, subject_id, owner_id, customer_id, deal_id, severity, 'open', '', '',
               evidence, 1, '{}', %(today)s, %(today)s + CASE severity WHEN 1 THEN 3 ELSE 7 END, '', '', '', 1
        FROM found RETURNING id, severity
    )
    INSERT INTO pipeline_riskevent (tenant_id, risk_id, what, day, at, data)
    SELECT %(tenant)s, id, 'raised', %(today)s, now(), jsonb_build_object('severity', severity) FROM made
"""
_WRITE_FOLDED = """
    WITH made AS (
        INSERT INTO pipeline_risk (tenant_id, kind, subject_type, subject_id, owner_id, severity, state, title, note,
                                   evidence, cases, folded, opened_on, due_on, mute_reason, ending, close_note, version)
        SELECT %(tenant)s, kind, 'owner', owner_id, owner_id, min(severity), 'open', '', '',
               jsonb_build_object('cases', to_jsonb((array_agg(
                   jsonb_build_object('subject', subject_id, 'customer', customer_id, 'deal', deal_id,
                                      'severity', severity, 'evidence', evidence)
                   ORDER BY severity, subject_id))[:100])),
               count(*), array_agg(subject_id ORDER BY subject_id), %(today)s, %(today)s + 7, '', '', '', 1
        FROM found GROUP BY kind, owner_id RETURNING id, severity
    )
    INSERT INTO pipeline_riskevent (tenant_id, risk_id, what, day, at, data)
    SELECT %(tenant)s, id, 'raised', %(today)s, now(), jsonb_build_object('severity', severity) FROM made
"""
_DIFFERENCES = """
    SELECT count(*) FROM found
    FULL JOIN (SELECT * FROM pipeline_risk WHERE tenant_id = %(tenant)s AND state <> 'closed') risk
      USING (kind, subject_type, subject_id)
    WHERE found.evidence IS DISTINCT FROM risk.evidence OR found.owner_id IS DISTINCT FROM risk.owner_id
       OR found.severity IS DISTINCT FROM risk.severity
"""


@bench("risks")
def night_against_set_based_sql() -> Iterator[Result]:
    ours, theirs = _filled("watched", 2000), _filled("queried", 2000)
    analyze()
    first, baseline = seconds(lambda: _night(ours, "first")), seconds(lambda: _set_based(theirs, _WRITE))
    risks, events = _written(ours)
    if (risks, events) != _written(theirs):
        raise RuntimeError(f"The night raised {risks} risks, the SQL {_written(theirs)[0]}.")
    yield Result(f"a first night, {risks:,} risks", first, baseline, "the same in SQL", goal=3)
    again = median(lambda: _night(ours, "again"))
    compared = median(lambda: _set_based(theirs, _DIFFERENCES))
    if _written(ours) != (risks, events):
        raise RuntimeError("A night with nothing new has written something.")
    yield Result("the same night again, nothing written", again, compared, "finding and comparing in SQL", goal=3)
    folding, folded = _filled("folding", 30), _filled("folded", 30)
    analyze()
    first, baseline = seconds(lambda: _night(folding, "first")), seconds(lambda: _set_based(folded, _WRITE_FOLDED))
    yield Result(f"30 reps, {_written(folding)[0]} folds", first, baseline, "the same in SQL", goal=3)


def _filled(slug: str, people: int) -> Tenant:
    tenant = company(slug)
    with tenant_scope(tenant.pk), transaction.atomic(), connection.cursor() as cursor:
        rows = (Member(full_name=f"R{n}", sort_name=f"r{n}", roles=[Role.REP]) for n in range(people))
        members = [member.pk for member in Member.objects.bulk_create(rows)]
        stages = [stage.pk for stage in ensure_stages(Actor.operator(tenant)).open][:2]
        sizes = {"people": people, "deals": _DEALS, "customers": _CUSTOMERS}
        for statement in _FILL:
            ids = {"tenant": tenant.pk, "members": members, "stages": stages}
            cursor.execute(statement, {**ids, **sizes, "today": _TODAY})
    return tenant


def _night(tenant: Tenant, version: str) -> None:
    job = run_inline(
        actor=Actor.operator(tenant),
        kind="pipeline.risks",
        period=_TODAY.isoformat(),
        input_version=version,
        as_of=beginning_of(_TODAY, tenant.time_zone),
    )
    if job.warnings:
        raise RuntimeError(job.warnings)


def _set_based(tenant: Tenant, then: str) -> None:
    with tenant_scope(tenant.pk), transaction.atomic(), connection.cursor() as cursor:
        for statement in (_FOUND, then):
            cursor.execute(statement, {"tenant": tenant.pk, "today": _TODAY})


def _written(tenant: Tenant) -> tuple[int, int]:
    with tenant_scope(tenant.pk), transaction.atomic():
        risks = Risk.objects.filter(kind__in=_KINDS)
        return risks.count(), RiskEvent.objects.filter(risk__in=risks).count()
