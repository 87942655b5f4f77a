"""Keeping the stored risks of one kind equal to what a night has found: only differences are written."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from accounts.tenancy.context import required_tenant_id
from pipeline.risks.folding import Case, Key, fold
from pipeline.risks.models import ACTIVE, Risk, RiskEvent
from pipeline.risks.registry import Severity

_State, _Ending, _What = Risk.State, Risk.Ending, RiskEvent.What
DUE_DAYS = {Severity.HIGH: 3, Severity.MEDIUM: 7, Severity.LOW: 14}
"""By when something is to be done, in days from the day a risk is raised. Chosen."""

_BATCH = 2000  # rows of 25 columns; about 1 MB a statement
_TEXTS = 5000  # different texts of evidence that are kept while risks are read; about 2 MB
_CHUNK = 10_000  # new risks a statement; about 2 MB of JSON
# A first night raises tens of thousands; written one by one through the ORM they took eight times as long.
_RAISE = """
    WITH made AS (
        INSERT INTO pipeline_risk (
            tenant_id, kind, subject_type, subject_id, owner_id, customer_id, deal_id, severity, state, title, note,
            evidence, cases, folded, opened_on, due_on, mute_reason, ending, close_note, version
        )
        SELECT %(tenant)s, %(kind)s, subject_type, subject_id, owner_id, customer_id, deal_id, severity, 'open', '', '',
               evidence, cases, folded, %(day)s, due_on, '', '', '', 1
        FROM json_to_recordset(%(cases)s) AS found (
            subject_type text, subject_id bigint, owner_id bigint, customer_id bigint, deal_id bigint, severity integer,
            evidence jsonb, cases integer, folded bigint[], due_on date
        )
        RETURNING id, severity
    )
    INSERT INTO pipeline_riskevent (tenant_id, risk_id, what, day, at, data)
    SELECT %(tenant)s, id, 'raised', %(day)s, %(at)s, jsonb_build_object('severity', severity) FROM made
"""
_WRITTEN = (  # noqa: SIM905 (what a night may change in a risk that is there)
    "owner customer deal severity state evidence cases folded opened_on due_on muted_until mute_reason closed_on "
    "ending close_note gone_on version"
).split()


@dataclass(slots=True)
class Tally:
    raised: int = 0
    changed: int = 0
    closed: int = 0


class _Kept(NamedTuple):
    """A stored risk whose cause held when it was looked for last."""

    id: int
    state: str
    owner_id: int | None
    customer_id: int | None
    deal_id: int | None
    severity: int
    cases: int
    folded: list[int]
    evidence: dict[str, Any]

    @classmethod
    def of(cls, risk: Risk) -> _Kept:
        return cls(*(getattr(risk, name) for name in cls._fields))

    def differs(self, case: Case) -> bool:
        if self.state == _State.CLOSED:  # by hand: only what has become worse since is worth opening it again
            return case.severity < self.severity
        return self[2:] != (
            case.owner_id,
            case.customer_id,
            case.deal_id,
            case.severity,
            case.cases,
            case.folded,
            case.evidence,
        )


_COLUMNS = ("subject_type", "subject_id", *_Kept._fields[:-1], "told")


@dataclass(slots=True)
class _Night:
    """What one night writes for one kind."""

    kind: str
    day: date
    at: datetime
    risks: list[Risk] = field(default_factory=list)
    events: list[tuple[Risk, str, dict[str, Any]]] = field(default_factory=list)

    def note(self, risk: Risk, what: str, **data: Any) -> None:
        self.events.append((risk, what, data))

    def write(self) -> None:
        keys = ["tenant", "kind", "subject_type", "subject_id"]
        Risk.objects.bulk_create(
            self.risks, batch_size=_BATCH, update_conflicts=True, unique_fields=keys, update_fields=_WRITTEN
        )
        RiskEvent.objects.bulk_create(
            (RiskEvent(risk=risk, what=what, day=self.day, at=self.at, data=data) for risk, what, data in self.events),
            batch_size=_BATCH,
        )


def settle(*, kind: str, found: Iterable[Case], day: date, at: datetime, ending: Risk.Ending) -> Tally:
    """Raise what is new, change what differs, close what was not found again, as of that day.

    Muted risks are left alone until their day; those closed by hand stay closed while their cause lasts, unless it has
    become worse. `ending` is what is said of those that close now. Needs a transaction that is alone with the kind.
    """
    standing = _standing(kind)
    cases = {case.key: case for case in fold(found, lambda key: _is_handled(standing.get(key)))}
    night = _Night(kind, day, at)
    tally = Tally()
    folded = {subject for case in cases.values() for subject in case.folded}
    for risk, case in _to_change(standing, cases):
        _change(night, risk, case)
        tally.changed += 1
    for risk in _to_end(standing, cases):
        tally.closed += _end(night, risk, _Ending.FOLDED if risk.subject_id in folded else ending)
    new = [case for key, case in cases.items() if key not in standing]
    former = _former(kind, new)
    for case in new:
        if case.key in former:
            _bring_back(night, case, former[case.key])
    _insert(night, [case for case in new if case.key not in former])
    tally.raised = len(new)
    night.write()
    return tally


def wake(*, day: date, at: datetime) -> int:
    """End the muting of risks whose day is past. Returns how many."""
    over = list(Risk.objects.select_for_update().filter(state=_State.MUTED, muted_until__lt=day).order_by("id"))
    for risk in over:
        risk.state, risk.muted_until, risk.mute_reason = _State.OPEN, None, ""
        risk.version += 1
    Risk.objects.bulk_update(over, ["state", "muted_until", "mute_reason", "version"], batch_size=500)
    RiskEvent.objects.bulk_create(RiskEvent(risk=risk, what=_What.UNMUTED, day=day, at=at) for risk in over)
    return len(over)


def _standing(kind: str) -> dict[Key, _Kept]:
    """Every risk of the kind whose cause has not gone: those that live, and those closed by hand meanwhile."""
    held = Q(state=_State.CLOSED, ending=_Ending.HAND, gone_on__isnull=True)
    # As text, of which few differ (a stage, a day): read once each instead of 60,000 times.
    told = Cast("evidence", TextField())
    rows = Risk.objects.filter(~Q(state=_State.CLOSED) | held, kind=kind).annotate(told=told).values_list(*_COLUMNS)
    read = lru_cache(_TEXTS)(json.loads)
    return {(row[0], row[1]): _Kept._make((*row[2:-1], read(row[-1]))) for row in rows.iterator(chunk_size=5000)}


def _is_handled(kept: _Kept | None) -> bool:
    return kept is not None and kept.state != _State.OPEN


# --- What there is to do ---------------------------------------------------------------------------------------------


# Both judge the locked row once more: whoever muted or closed a risk since it was read has the last word.


def _to_change(standing: dict[Key, _Kept], cases: dict[Key, Case]) -> Iterable[tuple[Risk, Case]]:
    differing = {kept.id: cases[key] for key, kept in standing.items() if key in cases and kept.differs(cases[key])}
    pairs = ((risk, differing[risk.pk]) for risk in _locked(differing))
    return ((risk, case) for risk, case in pairs if _Kept.of(risk).differs(case))


def _to_end(standing: dict[Key, _Kept], cases: dict[Key, Case]) -> Iterable[Risk]:
    missing = [kept.id for key, kept in standing.items() if key not in cases and kept.state != _State.MUTED]
    return (risk for risk in _locked(missing) if risk.state != _State.MUTED)


def _former(kind: str, new: list[Case]) -> dict[Key, Risk]:
    """The closed risks that some of the new ones once were."""
    former: dict[Key, Risk] = {}
    if new and Risk.objects.filter(kind=kind, state=_State.CLOSED).exists():
        for start in range(0, len(new), _CHUNK):
            subjects = [case.subject_id for case in new[start : start + _CHUNK]]
            rows = Risk.objects.select_for_update().filter(kind=kind, subject_id__in=subjects).order_by("id")
            former |= {(risk.subject_type, risk.subject_id): risk for risk in rows}
    return former


def _locked(ids: Collection[int]) -> list[Risk]:
    """Nobody acknowledges or mutes them until they are written."""
    return list(Risk.objects.select_for_update().filter(pk__in=ids).order_by("id")) if ids else []


# --- Doing it --------------------------------------------------------------------------------------------------------


def _change(night: _Night, risk: Risk, case: Case) -> None:
    worse = case.severity < risk.severity
    if risk.state == _State.CLOSED:
        _open(risk, night.day)
    if case.severity != risk.severity:
        night.note(risk, _What.WORSE if worse else _What.EASED, severity=case.severity, before=risk.severity)
    if case.owner_id != risk.owner_id:
        night.note(risk, _What.MOVED, owner=case.owner_id, before=risk.owner_id)
    _take(risk, case)
    if worse:
        due = _due(night.day, case.severity)
        risk.due_on = min(risk.due_on or due, due)
    risk.version += 1
    night.risks.append(risk)


def _end(night: _Night, risk: Risk, ending: Risk.Ending) -> bool:
    """Closed, or for one that was closed by hand: free to come back. Returns whether it was closed now."""
    by_itself = risk.state in ACTIVE
    if by_itself:
        risk.state, risk.closed_on, risk.ending, risk.close_note = _State.CLOSED, night.day, ending, ""
        risk.version += 1
        night.note(risk, _What.ENDED, ending=ending)
    risk.gone_on = night.day
    night.risks.append(risk)
    return by_itself


def _bring_back(night: _Night, case: Case, risk: Risk) -> None:
    _open(risk, risk.opened_on if risk.ending == _Ending.FOLDED else night.day)
    _take(risk, case)
    risk.due_on = _due(night.day, case.severity)
    risk.version += 1
    night.note(risk, _What.BACK, severity=case.severity)
    night.risks.append(risk)


def _insert(night: _Night, cases: list[Case]) -> None:
    """Raise what has never been there."""
    for start in range(0, len(cases), _CHUNK):
        rows = json.dumps([_row(case, night.day) for case in cases[start : start + _CHUNK]])
        with connection.cursor() as cursor:
            values: dict[str, Any] = {
                "tenant": required_tenant_id(),
                "kind": night.kind,
                "day": night.day,
                "at": night.at,
            }
            cursor.execute(_RAISE, {**values, "cases": rows})


def _row(case: Case, day: date) -> dict[str, Any]:
    return {
        "subject_type": case.subject_type,
        "subject_id": case.subject_id,
        "owner_id": case.owner_id,
        "customer_id": case.customer_id,
        "deal_id": case.deal_id,
        "severity": case.severity,
        "evidence": case.evidence,
        "cases": case.cases,
        "folded": case.folded,
        "due_on": _due(day, case.severity).isoformat(),
    }


def _due(day: date, severity: int) -> date:
    return day + timedelta(days=DUE_DAYS[Severity(severity)])


def _open(risk: Risk, since: date) -> None:
    risk.state, risk.opened_on, risk.due_on = _State.OPEN, since, None
    risk.closed_on, risk.ending, risk.close_note, risk.gone_on = None, "", "", None


def _take(risk: Risk, case: Case) -> None:
    risk.owner_id, risk.customer_id, risk.deal_id = case.owner_id, case.customer_id, case.deal_id
    risk.severity, risk.evidence, risk.cases, risk.folded = case.severity, case.evidence, case.cases, case.folded
