"""The night's step: handovers whose day has come. It runs first, so that all else of the night sees the new owners."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.jobs.registry import JobKind, Outcome
from accounts.jobs.work import Work
from pipeline.handover import services
from salesops.lib.errors import DomainError, gettext_noop


def carry_out_due(work: Work) -> Outcome:
    """Each one is moved whole or, where its taker has gone, left as it is with a warning."""
    day, moved, done = work.tenant.day_of(work.as_of), 0, 0
    warnings = []
    with work.writing():
        for handover in services.due(day):
            try:
                with transaction.atomic():
                    services.carry_out(actor=work.actor, handover=handover, as_of=day, at=work.as_of)
            except DomainError:
                names = {"giver": handover.giver.full_name, "taker": handover.taker.full_name}
                warnings.append(_("The handover from %(giver)s to %(taker)s waits: who takes over has left.") % names)
            else:
                done += 1
                moved += sum(handover.moved.values())
    return Outcome({gettext_noop("handovers"): done, gettext_noop("records moved"): moved}, warnings)


HANDOVERS = JobKind("pipeline.handover", gettext_lazy("Handovers"), "nightly", "jobs.view", carry_out_due)
