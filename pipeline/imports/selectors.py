"""Reading imports for pages and the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access.actor import Actor
from accounts.access.policy import require
from pipeline.imports.models import ImportRefusal, ImportRun
from pipeline.imports.profiles import PROFILES
from pipeline.imports.records import Tally, tallies_from
from salesops.lib.errors import NotVisible, gettext_noop
from salesops.lib.templatetags.numbers import count

REFUSALS_SHOWN = 100

# The nouns of `records.NOUNS`, marked for translation where they are shown.
_NOUNS = (
    gettext_noop("regions"),
    gettext_noop("teams"),
    gettext_noop("managers"),
    gettext_noop("reps"),
    gettext_noop("products"),
    gettext_noop("customers"),
    gettext_noop("deals"),
    gettext_noop("won deals"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A noun's tally as the page shows it."""

    label: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Report:
    """What an import would do, or has done, in the reader's language."""

    rows: list[Row]
    notes: list[str]
    problems: list[str]
    refusals: list[ImportRefusal]
    rows_to_write: int


def imports(actor: Actor) -> QuerySet[ImportRun]:
    require(actor, "imports.run")
    return ImportRun.objects.select_related("requested_by", "job__tenant")


def get_import(actor: Actor, run_id: int) -> ImportRun:
    run = imports(actor).filter(pk=run_id).first()
    if run is None:
        raise NotVisible
    return run


def profile_label(run: ImportRun) -> str:
    return _(PROFILES[run.profile].label) if run.profile in PROFILES else run.profile


def report(run: ImportRun) -> Report:
    """The counts, notes and listed refusals of the run."""
    tallies = tallies_from(run.counts)
    refusals = list(run.refusals.order_by("id")[:REFUSALS_SHOWN])
    for one in refusals:
        one.message = told(one.message, one.params)
    return Report(
        rows=[Row(_(noun), tally) for noun, tally in tallies.items()],
        notes=[told(note["message"], note["params"]) for note in run.notes],
        problems=[_in_file(problem) for problem in run.problem],
        refusals=refusals,
        rows_to_write=tallies["deals"].total if "deals" in tallies else 0,
    )


def told(message: str, params: dict[str, Any]) -> str:
    """A stored message in the reader's language."""
    shown = {name: count(value) if isinstance(value, int) else value for name, value in params.items()}
    return _(message) % shown if params else _(message)


def _in_file(problem: dict[str, Any]) -> str:
    sentence = told(problem["message"], problem["params"])
    return f"{problem['file']}: {sentence}" if problem["file"] else sentence
