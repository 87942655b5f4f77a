"""The recompute, as background work: every night, and whenever HR asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q
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
from incentives.runs.writing import Moved, replace
from salesops.lib.errors import gettext_noop

RECOMPUTE = "incentives.recompute"
CHUNK = 500  # people; with a hundred credits each, 50,000 lines are in memory at a time
WARNINGS_SHOWN = 100


def recompute(work: Work) -> Outcome:
    """Compute every open month up to the day before `work.period`, or to the day that was asked for.

    An old night that is done late goes as far as a later run went, and says so: the drafts of an open month know its
    credits up to the last day computed, and stopping before that day would take the credits after it out again.
    """
    with transaction.atomic():
        asked, reached = _asked(work), _reached()
        books = Books(work.tenant, max(asked, reached or asked))
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
        with _writing(work, books):
            written = replace(books, [case.person.id for case in chunk], outcome, work.as_of)
        statements, lines = statements + written.statements, lines + written.lines
        warnings += _sentences(books, outcome)
    statements += _forget(work, books, cases)
    work.progress(len(chosen), len(chosen))
    counts |= {gettext_noop("statements written"): statements, gettext_noop("lines written"): lines}
    if warnings:
        counts[gettext_noop("errors")] = len(warnings)
    if books.up_to > asked:
        warnings.insert(0, _("Computed up to %(day)s, as far as a later run had gone already.") % {"day": books.up_to})
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


def _asked(work: Work) -> date:
    asked = work.payload.get("up_to")
    return date.fromisoformat(asked) if asked else _before(work.period)


def _before(night: str) -> date:
    return date.fromisoformat(night) - timedelta(days=1)


def _reached() -> date | None:
    """The last day up to which any run has computed, or has begun to: one that failed may have written a part."""
    by_hand = Q(payload__has_key="up_to")
    begun = JobRun.objects.filter(kind=RECOMPUTE, started_at__isnull=False)
    found = begun.aggregate(asked=Max("period", filter=by_hand), night=Max("period", filter=~by_hand))
    asked, night = found["asked"], found["night"]
    days = [date.fromisoformat(asked)] if asked else []
    return max([*days, _before(night)] if night else days, default=None)


@contextmanager
def _writing(work: Work, books: Books) -> Iterator[None]:
    """Alone among the writers; refused when a run that goes further has begun meanwhile."""
    with work.writing():
        if (_reached() or books.up_to) > books.up_to:
            raise Moved
        yield


def _forget(work: Work, books: Books, cases: list[Case]) -> int:
    """Drafts of people who are no longer on any plan in an open month."""
    on_a_plan = {case.person.id for case in cases if any(books.is_open(month) for month in case.months)}
    people = books.drafts().keys() - on_a_plan
    if not people:
        return 0
    with _writing(work, books):
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
