"""Replacing drafts: what has changed is written in one transaction, by COPY; what has not is left alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO

from django.db import connection, models
from psycopg2 import sql

from accounts.tenancy.context import required_tenant_id
from incentives.engine import ENGINE_VERSION, Problem
from incentives.payouts.locks import closed_until, take_turns
from incentives.payouts.services import reopen
from incentives.runs.books import Books, Stored
from incentives.runs.computing import Outcome
from incentives.runs.drafts import AMOUNTS, EARNING_COLUMNS, KEY_COLUMNS, LINE_COLUMNS, Draft, earning_row, score_text
from incentives.statements.models import Earning, EarningLine, Statement, StatementProblem
from salesops.lib.periods import Period

_Key = tuple[int, date]


class Moved(Exception):
    """While the run was calculating a month was approved, or a run to a later day began; the next attempt sees it."""


@dataclass(slots=True)
class Written:
    statements: int = 0
    lines: int = 0


def replace(books: Books, people: Sequence[int], outcome: Outcome, at: datetime) -> Written:
    """Write what differs from what is stored for these people's open months. Needs a transaction of its own."""
    take_turns()
    if closed_until() != books.closed_until:
        raise Moved
    drafts = {(draft.participant_id, draft.month.start): (draft, draft.content_digest) for draft in outcome.drafts}
    open_drafts = books.drafts()
    stored = {
        (person, month): books.stored[person, month] for person in people for month in open_drafts.get(person, ())
    }
    changed = {
        key: draft for key, (draft, content) in drafts.items() if stored.get(key) != Stored(draft.input_digest, content)
    }
    gone = stored.keys() - drafts.keys()
    _delete(EarningLine, changed.keys() | gone)
    _delete(Earning, changed.keys() | gone)
    _delete(Statement, gone)
    if changed:
        _write_statements(books, [(draft, drafts[key][1]) for key, draft in changed.items()], at)
    lines = _write_parts(list(changed.values()))
    problems = _write_problems(books, set(people), outcome.problems)
    touched = {key[1] for key in changed if stored.get(key, Stored("", "")).content_digest != drafts[key][1]}
    reopen(months=touched | {month for _, month in gone} | problems, at=at)
    return Written(len(changed) + len(gone), lines)


def _write_statements(books: Books, drafts: Sequence[tuple[Draft, str]], at: datetime) -> None:
    rows = [
        Statement(
            participant_id=draft.participant_id,
            month=draft.month.start,
            team_id=draft.team_id,
            plan_version_id=draft.version.id,
            currency=books.currency,
            **{name: getattr(draft.payout, name) for name in AMOUNTS},
            engine_version=ENGINE_VERSION,
            input_digest=draft.input_digest,
            content_digest=content,
            position=books.position,
            computed_at=at,
        )
        for draft, content in drafts
    ]
    keys = ["tenant", "participant", "month"]
    fixed = {"id", *keys}
    Statement.objects.bulk_create(
        rows,
        batch_size=2000,  # × 23 columns stays below PostgreSQL's 65,535 parameters
        update_conflicts=True,
        unique_fields=keys,
        update_fields=[field.name for field in Statement._meta.concrete_fields if field.name not in fixed],
    )


def _write_parts(drafts: Sequence[Draft]) -> int:
    """Earnings and lines, in the order of their keys, which makes their indexes grow at one end."""
    earnings, lines = StringIO(), StringIO()
    count = 0
    for draft in sorted(drafts, key=lambda draft: (draft.participant_id, draft.month)):
        for place, part in enumerate(draft.parts):
            key = f"{draft.participant_id}\t{draft.month.start}\t{place}"
            earnings.write(f"{key}\t{earning_row(part)}\t{score_text(part)}\n")
            lines.writelines(f"{key}\t{seq}\t{row}\n" for seq, row in enumerate(part.lines))
            count += len(part.lines)
    _copy(Earning, (*KEY_COLUMNS, *EARNING_COLUMNS), earnings)
    _copy(EarningLine, (*KEY_COLUMNS, "seq", *LINE_COLUMNS), lines)
    return count


def _write_problems(books: Books, people: set[int], found: Iterable[tuple[int, Period, Problem]]) -> set[date]:
    """Returns the months whose problems are others than before."""
    new = {
        (person, month.start, problem.component, problem.period.key, problem.code, problem.message)
        for person, month, problem in found
    }
    columns = ("participant_id", "month", "component", "period", "code", "message")
    rows = StatementProblem.objects.filter(participant_id__in=people, month__lte=books.up_to)
    if books.closed_until is not None:
        rows = rows.filter(month__gt=books.closed_until)
    old = {row[1:]: row[0] for row in rows.values_list("id", *columns)}
    StatementProblem.objects.filter(id__in=[old[row] for row in old.keys() - new]).delete()
    StatementProblem.objects.bulk_create(
        [StatementProblem(**dict(zip(columns, row, strict=True))) for row in sorted(new - old.keys())]
    )
    return {row[1] for row in old.keys() ^ new}


_DELETE = sql.SQL(
    "DELETE FROM {table} stored USING unnest(%s::bigint[], %s::date[]) gone (participant, month) "
    "WHERE stored.tenant_id = %s AND stored.participant_id = gone.participant AND stored.month = gone.month"
)
_PREPARE = sql.SQL("CREATE TEMP TABLE incoming AS SELECT {columns} FROM {table} WITH NO DATA")
_COPY = sql.SQL("COPY incoming ({columns}) FROM STDIN")
_INSERT = sql.SQL("INSERT INTO {table} (tenant_id, {columns}) SELECT %s, {columns} FROM incoming")


def _delete(model: type[models.Model], keys: Iterable[_Key]) -> None:
    """The rows of these participants and months; one statement, whatever their number."""
    rows = sorted(keys)
    if not rows:
        return
    people, months = [person for person, _ in rows], [month for _, month in rows]
    with connection.cursor() as cursor:
        statement = _DELETE.format(table=sql.Identifier(model._meta.db_table)).as_string(cursor.cursor)
        cursor.execute(statement, [people, months, required_tenant_id()])


def _copy(model: type[models.Model], columns: Sequence[str], rows: StringIO) -> None:
    """COPY into a temporary table and INSERT from there: PostgreSQL does not COPY into one with row-level security."""
    if not rows.tell():
        return
    rows.seek(0)
    names = {
        "table": sql.Identifier(model._meta.db_table),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
    }
    with connection.cursor() as cursor:
        prepare, copy, insert = (each.format(**names).as_string(cursor.cursor) for each in (_PREPARE, _COPY, _INSERT))
        cursor.execute(prepare)
        cursor.copy_expert(copy, rows)
        cursor.execute(insert, [required_tenant_id()])
        cursor.execute("DROP TABLE incoming")
