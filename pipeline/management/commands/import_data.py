"""Import a folder of files into a tenant, in this process."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from accounts.access.actor import Actor
from accounts.jobs.services import run_inline
from accounts.tenancy.command import TenantCommand
from accounts.tenancy.models import Tenant
from pipeline.imports import services
from pipeline.imports.examination import Examination, examine
from pipeline.imports.files import MAX_BYTES, Upload
from pipeline.imports.models import ImportRun
from pipeline.imports.profiles import Profile, get_profile
from pipeline.imports.records import Tallies, tallies_from
from salesops.lib import clock
from salesops.lib.errors import DomainError, DomainErrors, gettext_noop

_LISTED = 50  # refusals printed; the rest are counted


class Command(TenantCommand):
    help = "Import a folder of files. Exit status 2 when something is refused; then nothing has been written."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--profile", required=True)
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        parser.add_argument("--skip-refused", action="store_true", help="import the other rows")
        parser.add_argument("folder", metavar="DIR", type=Path)

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        profile = get_profile(options["profile"])
        uploads = _read_folder(options["folder"], profile)
        actor = Actor.operator(tenant)
        with transaction.atomic():
            examination = examine(tenant, profile, uploads)
        self._print_findings(examination)
        if options["dry_run"]:
            self._print_counts("Would be imported", examination.tallies)
        elif examination.refused_rows and not options["skip_refused"]:
            self.stderr.write(f"{examination.refused_rows} rows are refused; nothing was written.")
            sys.exit(2)
        else:
            run = self._write(actor, profile, uploads, examination)
            _raise_problem(run)
            self._print_counts("Imported", tallies_from(run.counts))

    def _write(self, actor: Actor, profile: Profile, uploads: list[Upload], examination: Examination) -> ImportRun:
        with transaction.atomic():
            run = services.upload(actor=actor, profile=profile.name, uploads=uploads)
            services.note_examination(run, examination)
            services.prepare(actor=actor, run_id=run.pk, skip_refused=examination.refused_rows > 0)
        version = str(run.pk)
        payload = {"run": run.pk}
        run_inline(actor=actor, kind=services.WRITE, input_version=version, payload=payload, as_of=clock.now())
        with transaction.atomic():
            run.refresh_from_db()
        return run

    def _print_findings(self, examination: Examination) -> None:
        for note in examination.records.notes:
            self.stdout.write(str(note))
        for refusal in examination.records.refusals[:_LISTED]:
            self.stderr.write(str(refusal))
        if len(examination.records.refusals) > _LISTED:
            self.stderr.write(f"… and {len(examination.records.refusals) - _LISTED} more")

    def _print_counts(self, title: str, tallies: Tallies) -> None:
        self.stdout.write(f"{title + ':':<20}{'created':>10}{'changed':>10}{'unchanged':>10}{'refused':>10}")
        for noun, tally in tallies.items():
            numbers = "".join(f"{number:>10,}" for number in tally.as_dict().values())
            self.stdout.write(f"  {noun:<18}{numbers}")


def _raise_problem(run: ImportRun) -> None:
    """What went wrong when the files were read again to be written: the company has changed since the check."""
    if run.state == ImportRun.State.FAILED:
        raise DomainErrors([DomainError("failed", one["message"], one["file"], **one["params"]) for one in run.problem])


def _read_folder(folder: Path, profile: Profile) -> list[Upload]:
    """The profile's files in the folder; other files beside them are not read."""
    if not folder.is_dir():
        raise DomainError("no_folder", gettext_noop("There is no such folder."), str(folder))
    uploads = []
    for spec in profile.files:
        for path in sorted(folder.glob(f"{spec.stem}.*")):
            if path.suffix.lower() in {".csv", ".xlsx"}:
                with path.open("rb") as file:
                    uploads.append(Upload(path.name, file.read(MAX_BYTES + 1)))
    return uploads
