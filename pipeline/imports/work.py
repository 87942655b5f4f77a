"""The two kinds of background work of an import: checking it, and writing it chunk by chunk."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from accounts.audit.services import record
from accounts.jobs.registry import Outcome
from accounts.jobs.work import Work
from pipeline.deals.stages import ensure_stages
from pipeline.imports.catalogue import plan_customers, plan_products, write_customers, write_products
from pipeline.imports.examination import examine, read_records
from pipeline.imports.files import Upload
from pipeline.imports.models import ImportRun
from pipeline.imports.opportunities import CHUNK, Names, write_deals
from pipeline.imports.people import plan_people, write_people
from pipeline.imports.profiles import get_profile
from pipeline.imports.records import NOUNS, DealRecord, Records, Tallies, Tally, tallies_from
from pipeline.imports.services import close, note_examination
from salesops.lib.errors import DomainError, DomainErrors, gettext_noop


def check(work: Work) -> Outcome:
    """Read the files and note what they would change. A file that cannot be read fails the import, not the job: the
    person who uploaded it is told what to do."""
    with work.writing():
        run = _run(work)
        if run.state != ImportRun.State.UPLOADED:
            return Outcome()
        try:
            examination = examine(work.tenant, get_profile(run.profile), _uploads(run))
        except DomainError as error:
            _fail(run, error)
            return Outcome()
        note_examination(run, examination)
        return Outcome({gettext_noop("rows"): sum(one.total for one in examination.tallies.values())})


def write(work: Work) -> Outcome:
    """Write the import. Each chunk is a transaction that also moves the cursor: after a crash the work goes on behind
    the last whole chunk, and as every row is matched by its key, nothing can come twice."""
    with transaction.atomic():
        run = _run(work)
        if run.state != ImportRun.State.IMPORTING:
            return _outcome(run)
        try:
            records = _wanted(work, run)
        except DomainError as error:
            _fail(run, error)
            return Outcome()
    total = len(records.deals)
    if run.cursor == 0:
        _write_first(work, records)
    with transaction.atomic():
        names = Names.load()
    for index, start in enumerate(range(0, total, CHUNK), start=1):
        if index < run.cursor:
            continue
        work.progress(start, total)
        _write_chunk(work, records.deals[start : start + CHUNK], names, cursor=index + 1)
    work.progress(total, total)
    return _finish(work, records)


def _wanted(work: Work, run: ImportRun) -> Records:
    """The files once more, against what the company has by now; refused rows are only left out by explicit choice."""
    records = read_records(work.tenant, get_profile(run.profile), _uploads(run))
    if records.refusals and not run.skip_refused:
        message = gettext_noop("%(rows)s rows are refused; correct the files, or import without these rows.")
        raise DomainError("refused_rows", message, rows=records.refused.total())
    return records


def _write_first(work: Work, records: Records) -> None:
    """People, products and customers: what the deals refer to, in one transaction."""
    with work.writing():
        run = _run(work)
        ensure_stages(work.actor)
        people, products = plan_people(records.people), plan_products(records.products)
        customers = plan_customers(records.customers)
        write_people(work.actor, people)
        write_products(products)
        write_customers(customers)
        written: Tallies = {**people.tallies, "products": products.tally, "customers": customers.tally}
        run.counts = {}
        _count(run, written, cursor=1)


def _write_chunk(work: Work, deals: Sequence[DealRecord], names: Names, cursor: int) -> None:
    with work.writing():
        run = _run(work)
        day = work.tenant.day_of(work.as_of)
        _count(run, write_deals(work.actor, deals, names, day), cursor)


def _count(run: ImportRun, written: Tallies, cursor: int) -> None:
    """Add what a chunk has written to the run's tallies and move its cursor, in the chunk's transaction."""
    counts = tallies_from(run.counts)
    for noun, tally in written.items():
        counts.setdefault(noun, Tally()).add(tally)
    run.counts = {noun: counts[noun].as_dict() for noun in NOUNS if noun in counts}
    run.cursor = cursor
    run.save(update_fields=["counts", "cursor"])


def _finish(work: Work, records: Records) -> Outcome:
    with work.writing():
        run = _run(work)
        counts = tallies_from(run.counts)
        for noun, rows in records.refused.items():
            counts.setdefault(noun, Tally()).refused = rows
        run.counts = {noun: counts.get(noun, Tally()).as_dict() for noun in NOUNS}
        run.state = ImportRun.State.DONE
        close(run, work.as_of)
        record(actor=work.actor, action="import.done", subject=run, counts=run.counts)
        return _outcome(run)


def _outcome(run: ImportRun) -> Outcome:
    counts = tallies_from(run.counts)
    return Outcome({noun: tally.created + tally.changed for noun, tally in counts.items()})


def _fail(run: ImportRun, error: DomainError) -> None:
    errors = error.errors if isinstance(error, DomainErrors) else (error,)
    run.problem = [{"file": one.field or "", "message": one.msgid, "params": one.params} for one in errors]
    run.state = ImportRun.State.FAILED
    run.save(update_fields=["problem", "state"])


def _run(work: Work) -> ImportRun:
    run: ImportRun = ImportRun.objects.select_for_update().get(pk=work.payload["run"])
    return run


def _uploads(run: ImportRun) -> list[Upload]:
    files = run.files.exclude(content=None).order_by("name").values_list("name", "content")
    return [Upload(name, bytes(content or b"")) for name, content in files]
