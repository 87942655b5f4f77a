"""Asking for an import: upload, check, start, discard. The work itself is in `work.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from accounts.jobs.services import request_job
from pipeline.imports.examination import Examination, sort_uploads
from pipeline.imports.files import MAX_BYTES, Upload
from pipeline.imports.models import ImportFile, ImportRefusal, ImportRun
from pipeline.imports.profiles import get_profile
from pipeline.imports.refusals import KEPT
from salesops.lib.errors import DomainError, NotVisible, gettext_noop

CHECK, WRITE = "imports.check", "imports.run"
_State = ImportRun.State


@transaction.atomic
def upload(*, actor: Actor, profile: str, uploads: Sequence[Upload]) -> ImportRun:
    """Keep the files of an import, to be checked. Refuses missing, foreign and too large files."""
    require(actor, "imports.run")
    found = sort_uploads(get_profile(profile), uploads)
    for one in found.values():
        if len(one.content) > MAX_BYTES:
            message = gettext_noop("The file is larger than %(most)s MB.")
            raise DomainError("too_large", message, one.name, most=MAX_BYTES // 1024**2)
    run: ImportRun = ImportRun.objects.create(profile=profile, requested_by=actor.member)
    ImportFile.objects.bulk_create(
        ImportFile(run=run, name=one.name[:120], size=len(one.content), content=one.content) for one in found.values()
    )
    record(actor=actor, action="import.uploaded", subject=run, profile=profile, files=[one.name for one in uploads])
    return run


@transaction.atomic
def request_check(*, actor: Actor, run: ImportRun) -> ImportRun:
    """Have the uploaded files checked in the background."""
    require(actor, "imports.run")
    run.job = request_job(actor=actor, kind=CHECK, input_version=str(run.pk), payload={"run": run.pk})
    run.save(update_fields=["job"])
    return run


def note_examination(run: ImportRun, examination: Examination) -> None:
    """Keep what the check found, in the caller's transaction."""
    records = examination.records
    ImportRefusal.objects.filter(run=run).delete()
    ImportRefusal.objects.bulk_create(
        ImportRefusal(
            run=run, file=one.file[:120], row=one.row, field=one.column, code=one.code, message=one.message,
            params=one.params,
        )
        for one in records.refusals[:KEPT]
    )  # fmt: skip
    run.counts = {noun: tally.as_dict() for noun, tally in examination.tallies.items()}
    run.notes = [{"message": note.message, "params": note.params} for note in records.notes]
    run.refused_total = examination.refused_rows
    run.state = _State.CHECKED
    run.save(update_fields=["counts", "notes", "refused_total", "state"])


@transaction.atomic
def start(*, actor: Actor, run_id: int, skip_refused: bool) -> ImportRun:
    """Have a checked import written. Refuses one with refused rows unless they are to be left out."""
    run = prepare(actor=actor, run_id=run_id, skip_refused=skip_refused)
    run.job = request_job(actor=actor, kind=WRITE, input_version=str(run.pk), payload={"run": run.pk})
    run.save(update_fields=["job"])
    return run


@transaction.atomic
def prepare(*, actor: Actor, run_id: int, skip_refused: bool) -> ImportRun:
    """Mark a checked import as about to be written."""
    run = _locked(actor, run_id)
    if run.state != _State.CHECKED:
        message = gettext_noop("This import is not waiting to be started; look at its present state.")
        raise DomainError("not_checked", message)
    if run.refused_total and not skip_refused:
        message = gettext_noop("%(rows)s rows are refused; correct the files, or import without these rows.")
        raise DomainError("refused_rows", message, "skip_refused", rows=run.refused_total)
    run.state, run.skip_refused = _State.IMPORTING, skip_refused
    run.save(update_fields=["state", "skip_refused"])
    record(actor=actor, action="import.started", subject=run, refused_rows=run.refused_total)
    return run


@transaction.atomic
def discard(*, actor: Actor, run_id: int, as_of: datetime) -> ImportRun:
    """Throw an import's files away before anything has been written."""
    run = _locked(actor, run_id)
    if run.state not in {_State.UPLOADED, _State.CHECKED, _State.FAILED}:
        message = gettext_noop("This import has been started; it cannot be discarded any more.")
        raise DomainError("started", message)
    run.state = _State.DISCARDED
    close(run, as_of)
    record(actor=actor, action="import.discarded", subject=run)
    return run


def close(run: ImportRun, as_of: datetime) -> None:
    """The import has come to an end: note when, and let go of the bytes."""
    run.finished_at = as_of
    run.save()
    ImportFile.objects.filter(run=run).update(content=None)


def _locked(actor: Actor, run_id: int) -> ImportRun:
    require(actor, "imports.run")
    run: ImportRun | None = ImportRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NotVisible
    return run
