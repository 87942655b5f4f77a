"""Writing the KPI library and the scorecards."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from django.db import transaction

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from accounts.people.models import Role, Team
from reviews.cycles.models import CycleCard
from reviews.scorecards.models import Kpi, Named, Scorecard, ScorecardItem, ScorecardVersion
from reviews.scorecards.values import ItemValues, KpiValues, check_items, check_source, checked_names
from salesops.lib.errors import DomainError, NotVisible, gettext_noop

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_CONFLICT = gettext_noop("Somebody changed this meanwhile. Nothing was saved; look at it again.")


# --- The library -----------------------------------------------------------------------------------------------------


@transaction.atomic
def create_kpi(*, actor: Actor, code: str, values: KpiValues) -> Kpi:
    """A new KPI. Its code is for good: scorecards, plans and programs name it."""
    require(actor, "scorecards.manage")
    code = _checked_code(code, Kpi)
    check_source(values)
    kpi: Kpi = Kpi.objects.create(code=code, **_columns(values))
    record(actor=actor, action="kpi.created", subject=kpi, code=code)
    return kpi


@transaction.atomic
def edit_kpi(*, actor: Actor, kpi_id: int, version: int, values: KpiValues) -> Kpi:
    """Change a KPI. One that a scorecard weighs keeps its unit, source and direction, which its curves rest on."""
    require(actor, "scorecards.manage")
    kpi: Kpi | None = Kpi.objects.select_for_update().filter(pk=kpi_id).first()
    if kpi is None:
        raise NotVisible
    if kpi.version != version:
        raise DomainError("conflict", _CONFLICT)
    fixed = (kpi.unit, kpi.measure, kpi.lower_is_better) != (values.unit, values.measure, values.lower_is_better)
    if fixed and ScorecardItem.objects.filter(kpi=kpi).exists():
        message = gettext_noop("A scorecard weighs this KPI, so its unit, source and direction stay. Add another one.")
        raise DomainError("in_use", message, "measure")
    if fixed:
        check_source(values)
    for name, value in _columns(values).items():
        setattr(kpi, name, value)
    kpi.version += 1
    kpi.save()
    record(actor=actor, action="kpi.changed", subject=kpi, code=kpi.code, version=kpi.version, retired=kpi.retired)
    return kpi


def _columns(values: KpiValues) -> dict[str, object]:
    return {
        "names": checked_names(values.names),
        "unit": values.unit,
        "measure": values.measure,
        "lower_is_better": values.lower_is_better,
        "retired": values.retired,
    }


# --- Scorecards ------------------------------------------------------------------------------------------------------


@transaction.atomic
def create_scorecard(
    *,
    actor: Actor,
    code: str,
    names: Mapping[str, str],
    items: Sequence[ItemValues],
    role: str = "",
    team_id: int | None = None,
) -> ScorecardVersion:
    """A new scorecard with its first version. Refuses weights that do not add up to 100, with what is missing."""
    require(actor, "scorecards.manage")
    code, found = _checked_code(code, Scorecard), checked_names(names)
    _check_audience(role, team_id)
    kpis = _kpis(items)
    scorecard: Scorecard = Scorecard.objects.create(code=code, names=found, role=role, team_id=team_id)
    record(actor=actor, action="scorecard.created", subject=scorecard, code=code)
    return _add_version(actor, scorecard, 1, items, kpis)


@transaction.atomic
def edit_scorecard(
    *,
    actor: Actor,
    scorecard_id: int,
    version: int,
    names: Mapping[str, str],
    items: Sequence[ItemValues],
    role: str = "",
    team_id: int | None = None,
) -> ScorecardVersion:
    """Change what a scorecard is called, whom it is for and what it weighs.

    A version that no cycle uses yet is changed in place; one that is used stays as it is, and a new one is made.
    """
    require(actor, "scorecards.manage")
    scorecard = _locked(scorecard_id, version)
    scorecard.names = checked_names(names)
    _check_audience(role, team_id)
    scorecard.role, scorecard.team_id = role, team_id
    scorecard.version += 1
    scorecard.save()
    record(actor=actor, action="scorecard.changed", subject=scorecard, code=scorecard.code, version=scorecard.version)
    kpis = _kpis(items)
    latest = ScorecardVersion.objects.select_for_update().filter(scorecard=scorecard).latest("number")
    present = [
        ItemValues.stored(item) for item in ScorecardItem.objects.filter(card_version=latest).order_by("position")
    ]
    if list(items) == present:
        return latest  # type: ignore[no-any-return]
    if CycleCard.objects.filter(card_version=latest).exists():
        return _add_version(actor, scorecard, latest.number + 1, items, kpis)
    ScorecardItem.objects.filter(card_version=latest).delete()
    _write_items(latest, items, kpis)
    latest.version += 1
    latest.save(update_fields=["version"])
    record(actor=actor, action="scorecard.weighed", subject=latest, code=scorecard.code, number=latest.number)
    return latest  # type: ignore[no-any-return]


def _locked(scorecard_id: int, version: int) -> Scorecard:
    scorecard: Scorecard | None = Scorecard.objects.select_for_update().filter(pk=scorecard_id).first()
    if scorecard is None:
        raise NotVisible
    if scorecard.version != version:
        raise DomainError("conflict", _CONFLICT)
    return scorecard


def _add_version(
    actor: Actor, scorecard: Scorecard, number: int, items: Sequence[ItemValues], kpis: Mapping[int, Kpi]
) -> ScorecardVersion:
    made: ScorecardVersion = ScorecardVersion.objects.create(
        scorecard=scorecard, number=number, created_by=actor.member
    )
    _write_items(made, items, kpis)
    record(actor=actor, action="scorecard.version_added", subject=made, code=scorecard.code, number=number)
    return made


def _write_items(version: ScorecardVersion, items: Sequence[ItemValues], kpis: Mapping[int, Kpi]) -> None:
    ScorecardItem.objects.bulk_create(
        [
            ScorecardItem(card_version=version, position=place, **item.row(kpis[item.kpi_id].lower_is_better))
            for place, item in enumerate(items, 1)
        ]
    )


def _kpis(items: Sequence[ItemValues]) -> dict[int, Kpi]:
    """The KPIs that the rows name, after checking the rows."""
    found: dict[int, Kpi] = Kpi.objects.in_bulk([item.kpi_id for item in items])
    check_items(items, found)
    return found


def _check_audience(role: str, team_id: int | None) -> None:
    if role and team_id is not None:
        raise DomainError("two_audiences", gettext_noop("Choose a role or a team, not both."), "team")
    if role and role not in Role.values:
        raise DomainError("unknown_role", gettext_noop("There is no such role."), "role")
    if team_id is not None and not Team.objects.filter(pk=team_id).exists():
        raise DomainError("unknown_team", gettext_noop("There is no such team."), "team")


def _checked_code(code: str, model: type[Named]) -> str:
    if not _CODE.fullmatch(code):
        message = gettext_noop("A code is 1 to 40 small letters, digits and hyphens, such as quarterly-scorecard.")
        raise DomainError("bad_code", message, "code")
    if model.objects.filter(code=code).exists():
        raise DomainError("taken", gettext_noop("The code %(value)s is taken."), "code", value=code)
    return code
