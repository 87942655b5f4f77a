"""The recompute, as background work: every night, and whenever HR asks for it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.actor import Actor
from accounts.jobs.models import JobRun
from accounts.jobs.registry import JobKind, Outcome
from accounts.jobs.services import request_job
from accounts.jobs.work import Work
from incentives.runs.books import Books, Case
from incentives.runs.computing import Outcome as Computed
from incentives.runs.computing import compute, to_compute
from incentives.runs.writing import replace
from salesops.lib.errors import gettext_noop

RECOMPUTE = "incentives.recompute"
CHUNK = 500  # people; with a hundred credits each, 50,000 lines are in memory at a time
WARNINGS_SHOWN = 100


def recompute(work: Work) -> Outcome:
    """Compute every open month up to the day before `work.period`, or to the day that was asked for."""
    with transaction.atomic():
        books = Books(work.tenant, _up_to(work))
        cases = books.cases()
        chosen = to_compute(books, cases)
    counts = {gettext_noop("people"): len(cases), gettext_noop("unchanged"): len(cases) - len(chosen)}
    statements = lines = 0
    warnings: list[str] = []
    for begin in range(0, len(chosen), CHUNK):
        chunk = chosen[begin : begin + CHUNK]
        work.progress(begin, len(chosen), chunk[0].person.full_name)
        with transaction.atomic():
            outcome = compute(books, chunk)
        with work.writing():
            written = replace(books, [case.person.id for case in chunk], outcome, work.as_of)
        statements, lines = statements + written.statements, lines + written.lines
        warnings += _sentences(books, outcome)
    statements += _forget(work, books, cases)
    work.progress(len(chosen), len(chosen))
    counts |= {gettext_noop("statements written"): statements, gettext_noop("lines written"): lines}
    if warnings:
        counts[gettext_noop("errors")] = len(warnings)
    return Outcome(counts, warnings[:WARNINGS_SHOWN])


def request_recompute(*, actor: Actor, up_to: date, at: datetime) -> JobRun:
    """Have the open months computed now, up to and including that day; the run that is already waiting or at work, if
    there is one."""
    running = JobRun.objects.filter(JobRun.unfinished(), kind=RECOMPUTE, period=up_to.isoformat()).first()
    if running is not None:
        return running  # type: ignore[no-any-return]
    return request_job(
        actor=actor,
        kind=RECOMPUTE,
        period=up_to.isoformat(),
        input_version=at.isoformat(timespec="seconds"),
        payload={"up_to": up_to.isoformat()},
    )


def _up_to(work: Work) -> date:
    asked = work.payload.get("up_to")
    return date.fromisoformat(asked) if asked else date.fromisoformat(work.period) - timedelta(days=1)


def _forget(work: Work, books: Books, cases: list[Case]) -> int:
    """Drafts of people who are no longer on any plan in an open month."""
    on_a_plan = {case.person.id for case in cases if any(books.is_open(month) for month in case.months)}
    people = books.drafts().keys() - on_a_plan
    if not people:
        return 0
    with work.writing():
        return replace(books, sorted(people), Computed(), work.as_of).statements


def _sentences(books: Books, outcome: Computed) -> list[str]:
    return [
        f"{books.organisation.people[person].full_name}, {month.key}, {problem.component}: {_(problem.message)}"
        for person, month, problem in outcome.problems
    ]


KIND = JobKind(
    name=RECOMPUTE,
    label=gettext_lazy("Commission recompute"),
    queue="nightly",
    capability="payouts.prepare",
    run=recompute,
)
